import { randomUUID } from 'node:crypto';
import { type Json, type JsonObject, type SourceMend, reason } from '@guanxi/contracts';
import type { LogEntry } from '../platform/index.ts';
import { checkEvent } from './check.ts';
import { clean, inspect, jsonText, MAX_DEPTH, wellFormed } from './clean.ts';
import { applyMends } from './mend.ts';
import { fromPostHog } from './posthog.ts';
import { fromSegment } from './segment.ts';
import { readableInstant } from './time.ts';
import { type Dialect, type Envelope, isObject, type Refusal, textOr } from './types.ts';

/** The most of one event of a file, where an order of thousands of lines is one event. */
export const MAX_FILE_EVENT_BYTES = 16 << 20;

/** What an event is judged by, beside the event and its request. */
export interface Court {
  readonly sourceId: string;
  readonly mends: readonly SourceMend[];
  readonly maxEventBytes: number;
  /** Events of a file may name nobody: an order without a customer is an order all the same. */
  readonly mayNameNobody?: boolean;
  /** The id given to an event that has none; random where absent. */
  readonly messageId?: string;
  /** When it enters the log, where that is later than its receipt: a replay from quarantine. Milliseconds. */
  readonly enteredAt?: number;
}

/** An event that is not accepted, with everything needed to show it and to try again. */
export interface Refused {
  readonly refusal: Refusal;
  readonly name: string;
  /** The event as it came, as JSON text. */
  readonly raw: string;
  readonly messageId: string | null;
}

export type Verdict = { readonly accepted: LogEntry } | { readonly refused: Refused };

const WIRE: { readonly [D in Dialect]: (raw: JsonObject, envelope: Envelope) => JsonObject } = {
  segment: fromSegment,
  posthog: fromPostHog,
};

const shownName = (event: JsonObject): string => {
  const name = textOr(event['event']) ?? textOr(event['name']) ?? textOr(event['type']) ?? '';
  return wellFormed(name.slice(0, 200)).replaceAll('\0', '');
};

function refused(raw: Json, refusal: Refusal): Verdict {
  const event = isObject(raw) ? raw : {};
  return {
    refused: {
      refusal: { ...refusal, field: wellFormed(refusal.field.slice(0, 300)).replaceAll('\0', '') },
      name: shownName(event),
      raw: jsonText(raw) ?? '"(nested too deeply to be kept)"',
      messageId: textOr(event['messageId']) ?? textOr(event['uuid']),
    },
  };
}

/** JSON text of the event fit for every engine, and whether that took a change. Only these escapes betray trouble. */
function fitText(event: JsonObject, hasProto: boolean): { text: string; changed: boolean } {
  const text = JSON.stringify(event);
  if (!hasProto && !text.includes('\\u0000') && !text.includes('\\ud')) return { text, changed: false };
  const cleaned = JSON.stringify(clean(event));
  return { text: cleaned, changed: cleaned !== text };
}

function payloadText(text: string, original: Json | undefined, envelope: Envelope, court: Court): string {
  const parts = [`"event":${text}`];
  if (original !== undefined) parts.push(`"original":${JSON.stringify(original)}`);
  if (envelope.lasting) parts.push('"lasting":true');
  if (court.enteredAt !== undefined) parts.push(`"receivedAt":${envelope.receivedAt}`);
  return `{${parts.join(',')}}`;
}

const tooLarge = (text: string, limit: number): boolean =>
  text.length > limit || (text.length * 3 > limit && Buffer.byteLength(text) > limit);

/**
 * From an event as it came to what enters the log, or to why it does not: dialect, mends, checks, size, in this order.
 * Pure but for the id given to an event without one.
 */
export function judge(raw: Json, envelope: Envelope, court: Court): Verdict {
  if (!isObject(raw))
    return refused(raw, { code: 'not_an_object', field: 'body', message: 'an event must be a JSON object' });
  const shape = inspect(raw);
  if (shape.deep !== null)
    return refused(raw, { code: 'bad_field', field: shape.deep, message: `is nested deeper than ${MAX_DEPTH} levels` });
  const wire = WIRE[envelope.dialect](raw, envelope);
  const mended = applyMends(wire, court.mends);
  const refusal = checkEvent(mended, court.mayNameNobody);
  if (refusal) return refused(raw, refusal);
  const messageId = textOr(mended['messageId']) ?? court.messageId ?? randomUUID();
  const event = mended['messageId'] === messageId ? mended : { ...mended, messageId };
  const { text, changed } = fitText(event, shape.hasProto);
  const asItCame = changed || mended !== wire || envelope.dialect !== 'segment' ? raw : undefined;
  const size = asItCame === undefined ? text : JSON.stringify(asItCame);
  if (tooLarge(size, court.maxEventBytes))
    return refused(raw, { code: 'too_large', field: 'body', message: reason('large', { most: court.maxEventBytes }) });
  return {
    accepted: {
      kind: 'event',
      sourceId: court.sourceId,
      receivedAt: court.enteredAt ?? envelope.receivedAt,
      sentAt: readableInstant(event['sentAt']) ?? envelope.sentAt,
      payload: payloadText(text, asItCame, envelope, court),
    },
  };
}
