import { expect, vi } from 'vitest';
import { openSession, type Session } from './session.ts';

/** So many ordinary people, beside those of the stories. */
const PEOPLE = 300;
/** The day before which everything happened, so that every run has the same data. */
export const DEMO_UNTIL = '2026-06-01';
const LOADING_MS = 180_000;

/** A session of the administrator with the demo brand in it, as the door of the API brings it in. */
export async function openDemo(chromium: string): Promise<Session> {
  const session = await openSession(chromium);
  const { api } = session;
  await api.demoLoad({ body: { people: PEOPLE, seed: 1, until: DEMO_UNTIL } });
  const loaded = async () => {
    expect((await api.demoStatus()).state).toBe('loaded');
    expect((await api.status()).stages.every(({ lag }) => lag === 0)).toBe(true);
  };
  await vi.waitFor(loaded, { timeout: LOADING_MS, interval: 200 });
  return session;
}

/** The one customer that has an identifier. */
export async function customerOf({ api }: Session, identifier: string) {
  const found = (await api.customers({ query: { search: identifier } })).items;
  expect(found).toHaveLength(1);
  return found[0]!;
}
