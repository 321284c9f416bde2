import { z } from 'zod';
import { briefly } from '../platform/index.ts';
import { readEvent } from '../ingest/index.ts';
import { SHOWN_ELSEWHERE } from './flow.ts';
import { readCheckpoint } from './store.ts';
import { type Processed, RIVER_TOPIC, type RiverParts, type View } from './view.ts';

const LOOK_EVERY_MS = 1000;
const announced = z.object({ from: z.number(), to: z.number(), offset: z.number(), duplicates: z.array(z.number()) });
type Announced = z.infer<typeof announced>;

/** What a process that does not lead knows of the river: it reads the checkpoint when the leader says so, and now and then. */
export class Following {
  #reading = false;
  #again = false;
  /** The newest batch that was announced and not shown yet; older ones are passed over when they come too fast. */
  #shown: Announced | null = null;
  #showing = false;
  readonly #timer: NodeJS.Timeout;
  readonly #leave: () => void;

  constructor(
    private readonly parts: RiverParts,
    private readonly view: View,
    private readonly leads: () => boolean,
  ) {
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    this.#timer.unref();
    this.#leave = parts.platform.signals.subscribe(RIVER_TOPIC, (payload) => {
      if (this.leads()) return;
      void this.look();
      if (payload !== '' && this.view.watched) void this.#show(announced.parse(JSON.parse(payload)));
    });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#leave();
  }

  async look(): Promise<void> {
    this.#again = true;
    if (this.#reading || this.leads()) return;
    this.#reading = true;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#read();
      }
    } finally {
      this.#reading = false;
    }
  }

  async #read(): Promise<void> {
    try {
      const before = this.view.checkpoint;
      const now = await readCheckpoint(this.parts.platform.postgres);
      if (this.leads()) return;
      this.view.checkpoint = now;
      this.view.moved('identity', Math.max(0, now.identitySeq - before.identitySeq));
      this.view.moved('graph', Math.max(0, now.graphSeq - before.graphSeq));
    } catch (error) {
      if (!this.leads()) this.view.failed('identity', briefly(error));
    }
  }

  async #show(batch: Announced): Promise<void> {
    this.#shown = batch;
    if (this.#showing) return;
    this.#showing = true;
    try {
      for (let next = this.#next(); next; next = this.#next()) this.view.tell(await this.#processed(next));
    } catch {
      // Showing events live is a courtesy; the events themselves are safe.
    } finally {
      this.#showing = false;
    }
  }

  #next(): Announced | null {
    const next = this.#shown;
    this.#shown = null;
    return next;
  }

  async #processed({ from, to, offset, duplicates }: Announced): Promise<Processed[]> {
    const { platform, identity } = this.parts;
    const repeated = new Set(duplicates.map((duplicate) => duplicate + offset));
    const records = await platform.log.read(from - 1, SHOWN_ELSEWHERE);
    return records
      .filter((record) => record.kind === 'event' && record.seq <= to)
      .map((record) => {
        const event = readEvent(record);
        const identifiers = identity.observe(event)?.identifiers ?? [];
        return { event, anchor: identifiers[0]?.id ?? null, identifiers, duplicate: repeated.has(event.seq) };
      });
  }
}
