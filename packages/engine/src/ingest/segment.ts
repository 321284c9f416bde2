import type { Json, JsonObject } from '@guanxi/contracts';
import { type Envelope, isObject, textOr } from './types.ts';

const merged = (batch: JsonObject, own: Json | undefined): Json =>
  own === undefined || own === null ? batch : isObject(own) ? { ...batch, ...own } : own;

/**
 * What the request says about all of its events, written into one of them; what the event says itself goes before, except
 * for the type, which the address decides. The event given is not changed.
 */
export function fromSegment(raw: JsonObject, envelope: Envelope): JsonObject {
  const { type, context, integrations, anonymousId } = envelope;
  const named = anonymousId === null || textOr(raw['userId']) !== null || textOr(raw['anonymousId']) !== null;
  if ((type === null || raw['type'] === type) && !context && !integrations && named) return raw;
  return {
    ...raw,
    ...(type === null ? {} : { type }),
    ...(context ? { context: merged(context, raw['context']) } : {}),
    ...(integrations ? { integrations: merged(integrations, raw['integrations']) } : {}),
    ...(named ? {} : { anonymousId }),
  };
}
