import { randomBytes } from 'node:crypto';
import type { LogEntry, LogRecord } from '@guanxi/engine/platform';

/** A record on its way to the topic; without a value it is the tombstone of its key. */
export interface Message {
  readonly key: Buffer;
  readonly value: Buffer | null;
  readonly headers: Record<string, string>;
}

/** A record as the topic holds it. */
export interface Stored {
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly [Buffer | null, Buffer | null][];
}

/** Keys are never given twice: two records of one key are one to a topic that is compacted. */
export function keys(): () => Buffer {
  const own = randomBytes(12);
  let count = 0n;
  return () => {
    const key = Buffer.allocUnsafe(20);
    own.copy(key);
    key.writeBigUInt64BE(count++, 12);
    return key;
  };
}

/** The payload is the value as it is, so that other readers of the topic see plain JSON; the rest is in headers. */
export const messageOf = (entry: LogEntry, key: Buffer): Message => ({
  key,
  value: Buffer.from(entry.payload, 'utf8'),
  headers: {
    kind: entry.kind,
    source: entry.sourceId,
    received: String(entry.receivedAt),
    ...(entry.sentAt === null ? {} : { sent: String(entry.sentAt) }),
  },
});

export const tombstoneOf = (key: Buffer): Message => ({ key, value: null, headers: {} });

/** The record of the log, or null where there is none: a tombstone, or something that Guanxi has not written. */
export function recordOf({ offset, value, headers }: Stored): LogRecord | null {
  if (value === null) return null;
  const named = new Map(headers.map(([name, text]) => [String(name), String(text)]));
  const [kind, sourceId, received, sent] = ['kind', 'source', 'received', 'sent'].map((name) => named.get(name));
  if ((kind !== 'event' && kind !== 'decision') || sourceId === undefined || received === undefined) return null;
  return {
    seq: offset + 1,
    kind,
    sourceId,
    receivedAt: Number(received),
    sentAt: sent === undefined ? null : Number(sent),
    payload: value.toString('utf8'),
  };
}
