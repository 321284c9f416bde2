import type { EventType } from '@guanxi/contracts';
import type { Address } from '@guanxi/engine/ingest';

const TYPES: Readonly<Record<string, EventType>> = {
  t: 'track', i: 'identify', p: 'page', s: 'screen', g: 'group', a: 'alias',
}; // prettier-ignore

const single = (type: EventType): Address => ({ dialect: 'segment', type });
const batch: Address = { dialect: 'segment', type: null };
/** Segment's clients and PostHog's meet here; the body tells them apart. */
const shared: Address = { dialect: null, type: null };
const posthog: Address = { dialect: 'posthog', type: null };

/** Every address events are sent to, and what it says about them. */
export const addresses: Readonly<Record<string, Address>> = {
  ...Object.fromEntries(Object.values(TYPES).map((type) => [`/v1/${type}`, single(type)])),
  ...Object.fromEntries(
    Object.entries(TYPES).flatMap(([letter, type]) => [
      [`/v1/${letter}`, single(type)],
      [`/${letter}`, single(type)],
    ]),
  ),
  '/v1/batch': batch,
  '/v1/batch/': batch,
  '/v1/b': batch,
  '/b': batch,
  '/v1/import': { ...batch, lasting: true },
  '/beacon/v1/batch': batch,
  '/batch': shared,
  '/batch/': shared,
  '/e': posthog,
  '/e/': posthog,
  '/i/v0/e': posthog,
  '/i/v0/e/': posthog,
  '/capture': posthog,
  '/capture/': posthog,
};

/** Pictures that stand for an event, for e-mails and pages without scripts. */
export const pixels: Readonly<Record<string, Address>> = {
  '/pixel/v1/track': single('track'),
  '/pixel/v1/page': single('page'),
  '/v1/pixel/track': single('track'),
  '/v1/pixel/page': single('page'),
};
