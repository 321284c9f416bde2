import type { Json, JsonObject } from '@guanxi/contracts';
import type { GraphEvent } from '../graph/index.ts';

/** The name of an event that says what a person agreed to; Segment's consent tools say it with any event besides. */
export const CONSENT_EVENT = 'Consent Updated';

export interface ConsentRow {
  readonly anchor: string;
  readonly purpose: string;
  /** '' for every channel. */
  readonly channel: string;
  /** 1 where it came along with an event about something else, under the name of a category. */
  readonly along: 0 | 1;
  readonly granted: 0 | 1;
  readonly time: number;
  readonly seq: number;
  readonly source_id: string;
  readonly actor: string;
  readonly evidence: string;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const cut = (text: string, most: number) =>
  text
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, most);
const namesOf = (...values: (Json | undefined)[]): string[] => [
  ...new Set(
    values
      .flatMap((value) => (Array.isArray(value) ? value : [value]))
      .filter((value) => typeof value === 'string')
      .map((value) => cut(value, 40)),
  ),
];

function evidenceOf({ properties, context }: GraphEvent['event']): string {
  const said = properties['evidence'];
  if (typeof said === 'string' && said.trim() !== '') return cut(said, 500);
  const page = isObject(context['page']) ? context['page']['url'] : undefined;
  return typeof page === 'string' ? cut(page, 500) : '';
}

/** What one event says about consent; nothing where it names nobody. A pure function of the event. */
export function consentRows({ event, anchor }: GraphEvent): ConsentRow[] {
  if (anchor === null) return [];
  const actor = event.context['recordedBy'];
  const shared = {
    anchor,
    time: event.time,
    seq: event.seq,
    source_id: event.sourceId,
    actor: typeof actor === 'string' ? cut(actor, 200) : '',
    evidence: evidenceOf(event),
  };
  if (event.type === 'track' && event.name === CONSENT_EVENT) {
    const { purpose, purposes, channel, channels, granted } = event.properties;
    const where = namesOf(channel, channels);
    return namesOf(purpose, purposes).flatMap((name) =>
      (where.length === 0 ? [''] : where).map((place) => ({
        ...shared,
        purpose: name,
        channel: place,
        along: 0 as const,
        granted: granted === true ? (1 as const) : (0 as const),
      })),
    );
  }
  const consent = event.context['consent'];
  const preferences = isObject(consent) ? consent['categoryPreferences'] : undefined;
  if (!isObject(preferences)) return [];
  return Object.entries(preferences)
    .filter(([, value]) => typeof value === 'boolean')
    .slice(0, 50)
    .map(([name, value]) => ({
      ...shared,
      purpose: cut(name, 80),
      channel: '',
      along: 1 as const,
      granted: value === true ? (1 as const) : (0 as const),
      evidence: evidenceOf(event),
    }));
}
