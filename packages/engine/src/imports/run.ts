import { importMapping, type ImportMapping, type JsonObject } from '@guanxi/contracts';
import { z } from 'zod';
import type { JobRun } from '../platform/index.ts';
import { count, emptyFigures, importFigures, type ImportFigures } from './figures.ts';
import type { Outcome } from './grouping.ts';
import { compileMapping, type Mapper } from './mapper.ts';
import type { Row, Table } from './readers/index.ts';

/** The part of ingest that imports use. */
export interface Gate {
  acceptEvents(
    sourceId: string,
    events: readonly JsonObject[],
    options: { lasting: boolean },
  ): Promise<{ accepted: number; quarantined: number }>;
  readonly sources: { ensureFileSource(name: string): Promise<{ readonly id: string }> };
}

/** Waits until what follows the log has caught up enough to take more. */
export type Throttle = () => Promise<void>;

export const importParams = z.object({
  /** An upload by its id, or a file of this machine that its operator named. */
  file: z.union([z.object({ upload: z.string() }), z.object({ path: z.string() })]),
  mapping: importMapping,
});
export type ImportParams = z.infer<typeof importParams>;

/** Where to go on: rows before `row` are done and in `figures`. */
const place = z.object({ row: z.number(), bytes: z.number(), figures: importFigures });

/** Enough that one write of the log is used well, few enough that its memory and a repeat cost little. */
const BATCH_EVENTS = 2500;
/** Where no place to go on comes, events are handed over at this count all the same. */
const BATCH_MOST = 5000;

interface Sending {
  readonly gate: Gate;
  readonly sourceId: string;
  readonly throttle: Throttle;
}

/**
 * Import a table as events, in batches, from the place that an earlier attempt saved. Events carry message ids that
 * depend on their rows alone, so what an attempt sent and did not save is sent again without effect.
 * @returns the figures to show
 */
export async function runImport(
  table: Table,
  mapping: ImportMapping,
  run: JobRun,
  { gate, throttle }: { gate: Gate; throttle: Throttle },
): Promise<ImportFigures> {
  const saved = place.nullable().parse(run.saved);
  const sourceId = (await gate.sources.ensureFileSource(mapping.name)).id;
  const importing = new Importing(compileMapping(mapping, table), saved?.figures ?? emptyFigures(), run, {
    gate,
    sourceId,
    throttle,
  });
  const from = saved?.row ?? 0;
  for await (const batch of table.batches()) {
    run.signal.throwIfAborted();
    const rows = from > 0 ? batch.rows.filter((row) => row.number >= from) : batch.rows;
    importing.undecodable = batch.undecodable;
    await importing.take(rows, Math.max(batch.position, saved?.bytes ?? 0), table.bytes);
  }
  return importing.finish(table.bytes);
}

/** Rows are mapped a few at a time, so that a cancel is heard and batches stay near their size. */
const SLICE_ROWS = 2500;

class Importing {
  undecodable = 0;
  readonly #mapper: Mapper;
  readonly #run: JobRun;
  readonly #sending: Sending;
  #figures: ImportFigures;
  #events: JsonObject[] = [];

  constructor(mapper: Mapper, figures: ImportFigures, run: JobRun, sending: Sending) {
    this.#mapper = mapper;
    this.#figures = figures;
    this.#run = run;
    this.#sending = sending;
  }

  async take(rows: readonly Row[], position: number, total: number): Promise<void> {
    for (let start = 0; start < rows.length; start += SLICE_ROWS) {
      this.#note(this.#mapper.push(rows.slice(start, start + SLICE_ROWS)));
      const row = this.#events.length >= BATCH_EVENTS ? this.#mapper.restart() : null;
      if (row === null && this.#events.length < BATCH_MOST) continue;
      await this.#send();
      if (row !== null) await this.#run.save({ row, bytes: position, figures: this.#shown() });
    }
    this.#run.progress({ done: position, total, result: this.#shown() });
  }

  async finish(total: number): Promise<ImportFigures> {
    this.#note(this.#mapper.end());
    await this.#send();
    const figures = this.#shown();
    await this.#run.save({ row: Number.MAX_SAFE_INTEGER, bytes: total, figures });
    this.#run.progress({ done: total, total, result: figures });
    return figures;
  }

  #note(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) {
      count(this.#figures, outcome);
      if (outcome.kind === 'event') this.#events.push(outcome.event);
    }
  }

  async #send(): Promise<void> {
    const { gate, sourceId, throttle } = this.#sending;
    while (this.#events.length > 0) {
      const batch = this.#events.splice(0, BATCH_MOST);
      this.#run.signal.throwIfAborted();
      await throttle();
      this.#run.signal.throwIfAborted();
      const { quarantined } = await gate.acceptEvents(sourceId, batch, { lasting: true });
      this.#figures.quarantined += quarantined;
    }
  }

  #shown(): ImportFigures {
    return { ...structuredClone(this.#figures), undecodable: this.undecodable };
  }
}
