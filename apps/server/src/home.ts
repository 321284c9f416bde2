import type { Home, HomeFigure } from '@guanxi/contracts';
import type { Guanxi } from './compose.ts';

const DAYS = 28;
const WEEK = 7;
const DAY_MS = 86_400_000;

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
const shareOf = (part: number, rest: number) => (part + rest === 0 ? 0 : part / (part + rest));

/** The last week beside the one before; `known`: whether there was anything before at all. */
const figureOf = (days: readonly number[], known: boolean): HomeFigure => ({
  now: sum(days.slice(-WEEK)),
  before: known ? sum(days.slice(-2 * WEEK, -WEEK)) : null,
  days: [...days],
});

/** What Home tells in figures, all of one instant. */
export async function homeFigures({ platform, river, ingest, profile }: Guanxi): Promise<Home> {
  const at = platform.clock.now();
  const [events, people] = await Promise.all([
    ingest.daily(DAYS, at, river.state().identity.position),
    profile.flow(DAYS, at),
  ]);
  const accepted = events.map((day) => day.accepted);
  const duplicates = events.map((day) => day.duplicates);
  const quarantined = events.map((day) => day.quarantined);
  const received = events.map((day) => day.accepted + day.duplicates);
  const came = (from: number, to?: number) => sum(received.slice(from, to)) + sum(quarantined.slice(from, to));
  const cameBefore = came(-2 * WEEK, -WEEK) > 0;
  const share = (from: number, to?: number) => shareOf(sum(quarantined.slice(from, to)), sum(received.slice(from, to)));
  const livedBefore = people.activeBefore > 0;
  const last = DAYS - 1;
  return {
    at: new Date(at).toISOString(),
    dayFrom: new Date(at - DAY_MS).toISOString(),
    weekFrom: new Date(at - WEEK * DAY_MS).toISOString(),
    day: {
      received: received[last]!,
      accepted: accepted[last]!,
      duplicates: duplicates[last]!,
      quarantined: quarantined[last]!,
      newCustomers: people.added[last]!,
      activeCustomers: people.active[last]!,
    },
    accepted: figureOf(accepted, cameBefore),
    duplicates: figureOf(duplicates, cameBefore),
    quarantined: figureOf(quarantined, cameBefore),
    quarantinedShare: {
      now: share(-WEEK),
      before: cameBefore ? share(-2 * WEEK, -WEEK) : null,
      days: events.map((day) => shareOf(day.quarantined, day.accepted + day.duplicates)),
    },
    newCustomers: figureOf(people.added, livedBefore),
    activeCustomers: {
      now: people.activeWeek,
      before: livedBefore ? people.activeBefore : null,
      days: [...people.active],
    },
  };
}
