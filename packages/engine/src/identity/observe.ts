import type { IdentityRules } from '@guanxi/contracts';
import type { CanonicalEvent } from '../ingest/index.ts';
import type { Observation } from './decision.ts';
import { compileExtractor } from './extract.ts';

/** What an event says about identity under these rules; null where it names nobody. A pure function of the event. */
export function observer(rules: IdentityRules): (event: CanonicalEvent) => Observation | null {
  const extract = compileExtractor(rules);
  return (event) => {
    const identifiers = extract(event);
    if (identifiers.length === 0) return null;
    return { seq: event.seq, time: Math.trunc(event.time), identifiers, alias: event.type === 'alias' };
  };
}
