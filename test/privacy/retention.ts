import type { Client, RetentionClass } from '@guanxi/contracts';
import { expect } from 'vitest';
import { derivedState } from '../rebuild/state.ts';
import type { Installation } from './installations.ts';
import { track } from './lives.ts';

const DAY = 86_400_000;
const NEVER = { events: null, quarantine: null, uploads: null, audit: null, jobs: null, receipts: null };

async function applied(
  api: Client,
  retention: Partial<Record<RetentionClass, number>>,
): Promise<Record<string, number>> {
  const settings = await api.privacySettings();
  await api.privacySettingsUpdate({ body: { ...settings, retention: { ...NEVER, ...retention } } });
  const preview = await api.retentionPreview();
  const { id } = await api.retentionRun();
  await expect.poll(async () => (await api.job({ params: { id } })).state, { timeout: 90_000 }).toBe('done');
  const { result } = await api.job({ params: { id } });
  const foretold = preview.items.filter(({ days }) => days !== null).map((item) => [item.class, item.rows]);
  expect(result).toEqual(Object.fromEntries(foretold));
  return result as Record<string, number>;
}

/** Days pass; of each class what is older than its time goes, and nothing of another. */
export async function checkRetention(
  { server, api, send, call }: Installation,
  pass: (ms: number) => void,
): Promise<void> {
  const { platform, river } = server.guanxi;
  const count = async (sql: string) => Number((await platform.clickhouse.query<{ n: number }>(sql))[0]!.n);
  const him = { userId: 'u-keeper' };
  await send(
    { type: 'identify', ...him, traits: { name: 'Keeper', email: 'keeper@example.com' } },
    track(him, 'Product Viewed', { product_id: 'p-old', name: 'Old' }),
    track(him, 'Consent Updated', { purpose: 'marketing', channel: 'email', granted: true, evidence: 'form 1' }),
    track(him, 'Order Completed', { total: 1 }),
  );
  const id = (await api.customers({ query: { search: 'keeper@example.com' } })).items[0]!.id;
  await api.customerCorrect({ params: { id }, body: { trait: 'city', value: '成都', reason: 'asked' } });
  await api.upload({ query: { name: 'old.csv' }, upload: 'user\nu-keeper\n' });
  pass(70 * DAY);
  await send(
    track(him, 'Product Viewed', { product_id: 'p-new', name: 'New' }),
    track(him, 'Order Completed', { total: 2 }),
  );
  const log = await count('SELECT count() AS n FROM event_log');
  const refused = (await api.quarantine({ query: {} })).total;

  expect((await applied(api, { quarantine: 30 }))['quarantine']).toBe(refused - 1);
  expect((await api.quarantine({ query: {} })).total).toBe(1);
  expect(await count('SELECT count() AS n FROM event_log')).toBe(log);

  const before = await api.customer({ params: { id } });
  const { events } = await applied(api, { events: 30 });
  // Of his five the view and the identification go; consent, correction and what is new stay.
  expect(await count('SELECT count() AS n FROM event_log')).toBe(log - events!);
  const person = (await api.customers({ query: { search: 'u-keeper' } })).items[0]!.id;
  const timeline = await api.customerTimeline({ params: { id: person } });
  expect(timeline.items.map(({ name }) => name).sort()).toEqual(['Consent Updated', 'Product Viewed', 'identify']);
  expect(before.events - (await api.customer({ params: { id: person } })).events).toBe(2);
  const { traits } = await api.customer({ params: { id: person } });
  expect(traits.map(({ name, value }) => [name, value])).toEqual([['city', '成都']]);
  const consent = await api.customerConsent({ params: { id: person } });
  expect(consent.states.find((item) => item.purpose === 'marketing' && item.channel === 'email')!.state).toBe(
    'granted',
  );
  expect(await (await call(`${server.url}/api/export/events`)).text()).not.toContain('p-old');
  const state = await derivedState(server.guanxi);
  await river.waitFor(await river.rebuild());
  expect(await derivedState(server.guanxi)).toEqual(state);

  const entries = async () =>
    Number((await platform.postgres.query<{ n: string }>('SELECT count(*) AS n FROM audit_entry'))[0]!.n);
  const all = await entries();
  const { audit } = await applied(api, { audit: 30 });
  expect(audit).toBeGreaterThan(3);
  expect(await entries()).toBeGreaterThan(0);
  expect(await entries()).toBeLessThan(all);
  expect((await api.auditVerify()).intact).toBe(true);

  const beside = await applied(api, { uploads: 30, jobs: 30, receipts: 30 });
  expect(beside['receipts']).toBe(1);
  expect(beside['jobs']).toBe(1);
  expect((await api.erasures({})).items).toEqual([]);
  // Nothing is past its time any more.
  expect(await applied(api, { events: 30, quarantine: 30, receipts: 30 })).toEqual({
    events: 0,
    quarantine: 0,
    receipts: 0,
  });
}
