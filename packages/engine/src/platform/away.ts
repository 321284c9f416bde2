import { UserError } from './errors.ts';

/** Codes of a machine or a port that cannot be reached. */
export const NETWORK =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ENOSPC)$/;
/** Shutting down, starting, connections gone, out of connections, disk or memory, the files under it, no lock in time. */
const POSTGRES = /^(57P0[1-4]|57014|55P03|25P03|08...|53...|58...)$/;
/** All data were replaced while a statement waited for a table. */
const POSTGRES_REPLACED = /could not open relation with OID|cache lookup failed for relation/;
const POSTGRES_WORDS = /Connection terminated|timeout|Client has encountered a connection error|connection error/i;
/**
 * Numbers of ClickHouse: files and buffers that cannot be written or are given up half-way, no space, memory that the
 * system does not give, a cluster's node that cannot be reached, too many statements or parts at a time, read-only.
 */
const CLICKHOUSE_AWAY = new Set([
  ...[24, 74, 75, 76, 77, 88, 95, 96, 173, 204, 274, 275, 294, 586, 641, 734],
  ...[202, 209, 210, 236, 242, 243, 252, 279, 425, 499, 1002],
]);
/** A question that takes more time, memory or answer than is allowed. */
const CLICKHOUSE_HEAVY = new Set([159, 160, 241, 396]);
const CLICKHOUSE_WORDS = /Timeout error|socket hang up|No space left|errno: 28/i;

const codeOf = (error: unknown) => String((error as { code?: unknown } | null)?.code ?? '');
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

const CODE = { PostgreSQL: 'postgres_away', ClickHouse: 'clickhouse_away' } as const;

/** What users are told of an engine that does not do its work now. */
export const awayFrom = (name: keyof typeof CODE, cause: unknown): UserError =>
  new UserError('unavailable', CODE[name], `${name} is away or has no room`, {
    remedy: 'Try again in a moment; /ready tells which engine is meant.',
    cause,
  });

/** Whether PostgreSQL says that it cannot go on, or not on this connection. */
export const isPanic = (error: unknown): boolean =>
  ['PANIC', 'FATAL'].includes(String((error as { severity?: unknown } | null)?.severity));

/** What PostgreSQL's trouble is to a user; everything but an engine that is away stays as it is. */
export function fromPostgres(error: unknown): unknown {
  const code = codeOf(error);
  const message = messageOf(error);
  const gone = code === '' ? POSTGRES_WORDS.test(message) : code === 'XX000' && POSTGRES_REPLACED.test(message);
  // The socket of an embedded engine that is being started again.
  const startsAgain = code === 'ENOENT' && (error as { syscall?: unknown }).syscall === 'connect';
  return NETWORK.test(code) || POSTGRES.test(code) || gone || startsAgain || isPanic(error)
    ? awayFrom('PostgreSQL', error)
    : error;
}

/** What ClickHouse's trouble is to a user: an engine that is away, or a question that is too heavy. */
export function fromClickHouse(error: unknown): unknown {
  const code = codeOf(error);
  const message = messageOf(error);
  const number = Number(/^\d+$/.test(code) ? code : /Code: (\d+)/.exec(message)?.[1]);
  if (CLICKHOUSE_HEAVY.has(number))
    return new UserError('too_large', 'query_too_heavy', 'The question needs more time or memory than is allowed', {
      remedy: 'Ask for less: a shorter time, fewer types, a smaller neighbourhood.',
      cause: error,
    });
  return NETWORK.test(code) || CLICKHOUSE_AWAY.has(number) || CLICKHOUSE_WORDS.test(message)
    ? awayFrom('ClickHouse', error)
    : error;
}

/**
 * Runs what can be aborted, for so long at most, waiting for a connection included; then it is, and ClickHouse counts as
 * away: a server that hangs keeps its connections and says nothing.
 */
export async function bounded<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const late = `${ms / 1000} s`;
  try {
    return await within(ms, work(stop.signal), 'ClickHouse', () => awayFrom('ClickHouse', late));
  } finally {
    stop.abort();
  }
}

export const PING_MS = 3000;

/** Fails when the answer takes longer; what is asked goes on and is forgotten. */
export async function within<T>(
  ms: number,
  answer: Promise<T>,
  name: string,
  refusal: () => Error = () => new Error(`${name} does not answer within ${ms / 1000} s`),
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, failed) => {
    timer = setTimeout(() => failed(refusal()), ms);
  });
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
