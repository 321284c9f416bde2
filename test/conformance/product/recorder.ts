import {
  ApiError,
  type CallOf,
  type EndpointName,
  endpoints,
  type Endpoints,
  type ResultOf,
  urlOf,
} from '@guanxi/contracts';
import type { SteppedServer } from '../../support/server.ts';

/** One question and its answer, as text that is the same wherever the same was answered. */
export interface Entry {
  readonly phase: string;
  readonly endpoint: EndpointName;
  readonly asked: unknown;
  readonly answer: unknown;
}

/** Fields that say how this process does rather than what the data says. */
const OF_THE_PROCESS = new Set([
  ...['engines', 'rate', 'ratePerSecond', 'etaSeconds', 'requestId', 'updatedAt', 'lag', 'startedAt', 'attempt'],
]);
/** A job that was just asked for may have begun already. */
const BEGUN = new Set<unknown>(['queued', 'running']);

/** Groups of refused events that are as many as each other come in order of their source's id, which is drawn by lot. */
const isGroups = (key: string, value: unknown): value is { sourceId?: string }[] =>
  key === 'groups' && Array.isArray(value) && typeof value[0]?.sourceId === 'string';
const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** Calls one server and writes down what it answers, ids and keys that are drawn by lot under names of their own. */
export class Recorder {
  readonly entries: Entry[] = [];
  phase = 'told';
  jobs = 0;
  readonly #aliases = new Map<string, string>();

  constructor(readonly server: SteppedServer) {}

  /** From now on this text is written as `name`. */
  alias(text: string, name: string): void {
    if (text) this.#aliases.set(text, `<${name}>`);
  }

  /** What was written down, as it is the same wherever the same was answered; ids that were named later are named by then. */
  plain(): Entry[] {
    return this.entries.map((entry) => ({
      ...entry,
      asked: JSON.stringify(this.#plain(entry.asked)),
      answer: this.#plain(entry.answer),
    }));
  }

  #plain(value: unknown): unknown {
    let text = JSON.stringify(value, (key, inner: unknown) => (OF_THE_PROCESS.has(key) ? undefined : inner)) ?? 'null';
    for (const [from, to] of this.#aliases) text = text.replaceAll(from, to);
    return JSON.parse(text, (key, inner: unknown) => {
      // On a large graph these may be a minute old; a test of their own waits for them.
      if (key === 'counts') return { ...(inner as object), nodes: undefined, edges: undefined };
      if (key === 'state' && BEGUN.has(inner)) return 'begun';
      return isGroups(key, inner) ? inner.toSorted(byText) : inner;
    });
  }

  #write(endpoint: EndpointName, asked: unknown, answer: unknown): void {
    this.entries.push({ phase: this.phase, endpoint, asked, answer });
  }

  /** Calls and writes down; a refusal is an answer too, and comes back as null. */
  async ask<N extends EndpointName>(
    name: N,
    call: CallOf<Endpoints[N]> & { upload?: string } = {} as never,
  ): Promise<ResultOf<Endpoints[N]> | null> {
    try {
      const client = this.server.api as unknown as Record<string, (input: unknown) => Promise<unknown>>;
      const answer = await client[name]!(call);
      this.#write(name, call, answer);
      return answer as ResultOf<Endpoints[N]>;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#write(name, call, { status: error.status, ...error.problem });
      return null;
    }
  }

  /** The same for an answer that must not be a refusal. */
  async need<N extends EndpointName>(
    name: N,
    call: CallOf<Endpoints[N]> & { upload?: string } = {} as never,
  ): Promise<ResultOf<Endpoints[N]>> {
    const answer = await this.ask(name, call);
    if (answer === null) throw new Error(`${name} was refused: ${JSON.stringify(this.entries.at(-1)!.answer)}`);
    return answer;
  }

  /** All pages of a list. */
  async pages<N extends EndpointName>(name: N, call: { params?: object; query: object }): Promise<void> {
    for (let cursor: string | null | undefined; cursor !== null;) {
      const query = { ...call.query, ...(cursor ? { cursor } : {}) };
      const page = (await this.ask(name, { ...call, query } as never)) as { next: string | null } | null;
      cursor = page ? page.next : null;
    }
  }

  /** A file, as text. */
  async download(call: CallOf<Endpoints['export']>): Promise<void> {
    const response = await this.server.fetch(this.server.url + urlOf(endpoints.export, call));
    this.#write('export', call, {
      status: response.status,
      type: response.headers.get('content-type'),
      body: await response.text(),
    });
  }
}

/** What differs between two servers, a few lines for each of the first differences. */
export function differences(one: Recorder, two: Recorder): string[] {
  const [reference, other] = [one.plain(), two.plain()];
  const found: string[] = [];
  const count = Math.max(reference.length, other.length);
  for (let n = 0; n < count; n++) {
    const [a, b] = [reference[n], other[n]];
    const where = `${(a ?? b)!.phase}: ${(a ?? b)!.endpoint} ${String((a ?? b)!.asked)}`.slice(0, 400);
    if (!a || !b || a.asked !== b.asked || a.endpoint !== b.endpoint) {
      found.push(
        `${where}: asked of one server and not of the other, or otherwise: ${b?.endpoint} ${String(b?.asked)}`,
      );
      break;
    }
    const path = firstDifference(a.answer, b.answer, '');
    if (path) found.push(`${where}\n    ${path}`);
  }
  return found;
}

/** Where two answers differ and how; null where they do not. */
export function firstDifference(a: unknown, b: unknown, path: string): string | null {
  if (Object.is(a, b)) return null;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) {
    const short = (value: unknown) => JSON.stringify(value)?.slice(0, 300);
    return `at ${path || '.'}: ${short(a)} and ${short(b)}`;
  }
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const key of keys) {
    const found = firstDifference(
      (a as Record<string, unknown>)[key],
      (b as Record<string, unknown>)[key],
      `${path}.${key}`,
    );
    if (found) return found;
  }
  return Object.keys(a).join() === Object.keys(b).join() ? null : `at ${path || '.'}: fields in another order`;
}
