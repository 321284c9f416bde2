import type { Client, Erasure, SceneContent } from '@guanxi/contracts';
import { type Server } from '@guanxi/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresTables } from '../../packages/engine/src/privacy/stores.ts';
import { derivedState } from '../rebuild/state.ts';
import { filesWith } from './files.ts';
import { columnsWith, type Installation, type InstallationName, openInstallation } from './installations.ts';
import { checkRetention } from './retention.ts';
import { her, type Send, tellLives, track, VALUES } from './lives.ts';

/** Waits until the job has ended well. */
export async function done(api: Client, erasure: Erasure): Promise<Erasure> {
  const id = erasure.job!.id;
  await expect
    .poll(async () => (await api.job({ params: { id } })).state, { timeout: 120_000, interval: 200 })
    .not.toMatch(/queued|running/);
  const job = await api.job({ params: { id } });
  expect(job).toMatchObject({ state: 'done', error: null });
  return api.erasure({ params: { id: erasure.id } });
}

/** A person is erased on these engines, and everything of it is looked at. */
export function erasureSuite(name: InstallationName): void {
  describe(`erasure on engines ${name}`, () => {
    let installation: Installation;
    let server: Server;
    let api: Client;
    let call: typeof fetch;
    let send: Send;
    // In the past, so that time can pass: a broker takes nothing from the future.
    let shift = -100 * 86_400_000;
    beforeAll(async () => {
      installation = await openInstallation(name, { clock: { now: () => Date.now() + shift } });
      ({ server, api, call, send } = installation);
    }, 240_000);
    afterAll(() => installation?.close());

    const personOf = async (text: string) => (await api.customers({ query: { search: text } })).items[0]?.id;
    async function upload(name: string, text: string): Promise<void> {
      await api.upload({ query: { name }, upload: text });
    }

    const productOf = async (key: string) =>
      (await api.graphSearch({ query: { q: key, types: 'product' } })).items.find((node) => node.key === key)!.id;
    /** An exploration in which these were drawn, hers joined with the others. */
    const sceneOf = (hers: readonly string[], others: readonly string[]): SceneContent => ({
      address: { n: [...hers, ...others].join(','), x: others.map((id) => `${id}:viewed`).join(','), b: '1' },
      places: Object.fromEntries([...hers, ...others].map((id) => [id, [0, 1]])),
      drawn: {
        nodes: [...hers, ...others],
        edges: Object.fromEntries([
          ...hers.map((id) => [`${id}:${others[1]}:viewed`, 1]),
          [others.join(':') + ':viewed', 2],
        ]),
      },
    });
    const saveScene = (hers: readonly string[], others: readonly string[]) =>
      api.sceneCreate({ body: { name: `Around ${her.phone}`, content: sceneOf(hers, others) } });

    /** Everything the API says of everybody. */
    async function everyAnswer(ids: readonly string[]): Promise<string> {
      const answers: unknown[] = [
        await api.customers({ query: { limit: 200 } }),
        await api.events({ query: { limit: 1000 } }),
      ];
      answers.push(await api.quarantine({ query: { limit: 500 } }), await api.jobs({ query: { limit: 200 } }));
      answers.push(await api.erasures({}), await api.auditList({ query: { limit: 500 } }));
      for (const value of VALUES) {
        answers.push(await api.customers({ query: { search: value } }), await api.graphSearch({ query: { q: value } }));
      }
      for (const what of ['customers', 'events', 'nodes', 'edges', 'quarantine'])
        answers.push(await (await call(`${server.url}/api/export/${what}`)).text());
      for (const id of ids)
        for (const name of ['', '/network', '/timeline', '/identity', '/consent', '/access', '/erasure'])
          answers.push(await (await call(`${server.url}/api/customers/${id}${name}`)).text());
      answers.push(server.guanxi.live.recent());
      return JSON.stringify(answers);
    }

    const about = async (id: string) => ({
      customer: await api.customer({ params: { id } }),
      timeline: await api.customerTimeline({ params: { id } }),
      consent: await api.customerConsent({ params: { id } }),
      identity: await api.customerIdentity({ params: { id } }),
    });

    /** Everything of hers is in the file, and nothing that others said or have. */
    async function checkAccessFile(id: string): Promise<void> {
      const text = await (await call(`${server.url}/api/customers/${id}/access`)).text();
      for (const value of VALUES) expect(text.includes(value), value).toBe(true);
      for (const foreign of ['u-brother', 'device-brother', '弟弟', '13912345000', 'brother@', 'HIS-1', 'tranger'])
        expect(text.includes(foreign), foreign).toBe(false);
      const file = JSON.parse(text) as Record<string, unknown[]> & { consent: { history: unknown[] } };
      expect([file.events!.length, file.quarantine!.length]).toEqual([12, 2]);
      expect(file.consent.history).toHaveLength(3);
      expect(Object.keys(file).sort()).toEqual(
        [
          'activity',
          'audit',
          'consent',
          'events',
          'identity',
          'made',
          'mentions',
          'notes',
          'person',
          'quarantine',
          'relations',
          'traits',
        ].sort(),
      );
    }

    test('every table of PostgreSQL is known to hold people or not to', async () => {
      const rows = await server.guanxi.platform.postgres.query<{ name: string }>(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
      );
      expect(rows.map(({ name: table }) => table).filter((table) => !(table in postgresTables))).toEqual([]);
    });

    test(
      'a person is erased from every store and every file, and nobody else is touched',
      { timeout: 240_000 },
      async () => {
        await tellLives(send);
        await upload('waiting.csv', `user,phone,note\n${her.user},${her.phone},x\nu-brother,13912345000,y\n`);
        await upload('other.csv', 'user,phone\nu-stranger,13912340000\n');
        const herId = (await personOf(her.email))!;
        const brother = (await personOf('brother@example.com'))!;
        const stranger = (await personOf('stranger@example.com'))!;
        await api.customerConsentUpdate({
          params: { id: herId },
          body: { changes: [{ purpose: 'analytics', channel: null, granted: false }], evidence: `told by ${her.name}` },
        });
        const corrected = await api.customerCorrect({
          params: { id: herId },
          body: { trait: 'city', value: '绵阳', reason: `told by ${her.name}` },
        });
        expect(corrected.traits.find((trait) => trait.name === 'city')).toMatchObject({ value: '绵阳' });
        const before = { brother: await about(brother), stranger: await about(stranger) };
        const stateBefore = await derivedState(server.guanxi);
        // The search itself must be able to find her; what lies on the disk is sealed besides.
        expect((await columnsWith(installation, VALUES)).length).toBeGreaterThan(6);
        const herIds = (await api.customer({ params: { id: herId } })).identifiers.map(({ id }) => id);
        expect((await columnsWith(installation, [], herIds)).length).toBeGreaterThan(10);
        await checkAccessFile(herId);
        const nodes = {
          hers: [herId, ...herIds, await productOf(her.product)],
          others: [stranger, await productOf('p1')],
        };
        const scene = await saveScene(nodes.hers, nodes.others);
        expect(await columnsWith(installation, [], nodes.hers)).toContain('postgres public.scene');
        const preview = await api.erasurePreview({ params: { id: herId } });
        expect(Object.fromEntries(preview.counts.map(({ store, rows }) => [store, rows]))).toMatchObject({
          event_log: 11,
          identifier: 4,
          quarantine: 2,
        });

        const wrong = api.erasureRequest({ params: { id: herId }, body: { reason: 'asked', confirm: brother } });
        await expect(wrong).rejects.toMatchObject({ problem: { code: 'not_confirmed' } });
        const asked = await api.erasureRequest({
          params: { id: herId },
          body: { reason: 'asked by letter', confirm: herId },
        });
        const erasure = await done(api, asked);
        expect(erasure).toMatchObject({ state: 'done', method: 'targeted' });
        const removed = Object.fromEntries(erasure.receipts.map((receipt) => [receipt.store, receipt.removed]));
        expect(removed).toMatchObject({
          event_log: 12,
          message: 11,
          event: 11,
          quarantine: 2,
          uploads: 1,
          identifier: 4,
          scene: 1,
        });
        expect(erasure.receipts.filter(({ left }) => left > 0)).toEqual([]);

        expect(await columnsWith(installation, VALUES)).toEqual([]);
        // Numbers that say nothing to whoever has not the person: the audit log keeps them until its retention.
        expect(await columnsWith(installation, [], nodes.hers)).toEqual(['postgres public.audit_entry']);
        expect(await api.scene({ params: { id: scene.id } })).toMatchObject({
          ...{ name: '–', version: 2, nodes: 2, edges: 1 },
          content: sceneOf([], nodes.others),
        });
        expect(filesWith(installation.folder, VALUES)).toEqual([]);
        const derived = server.guanxi.river.tables().map((table) => table.name);
        expect(Object.keys(removed)).toEqual(
          expect.arrayContaining([...derived, 'identifier', 'identity_link', 'identity_change']),
        );
        const answers = await everyAnswer([herId, brother, stranger]);
        // Those that repeat what was asked for say nothing.
        for (const value of VALUES) expect(answers.includes(value), value).toBe(false);
        expect((await call(`${server.url}/api/customers/${herId}`)).status).toBe(404);

        expect(await about(stranger)).toEqual(before.stranger);
        const { customer, timeline, consent } = await about(brother);
        expect({ timeline, consent }).toEqual({ timeline: before.brother.timeline, consent: before.brother.consent });
        // The television was both's; now it is his alone, as it had been if she had never used it.
        const { identifiers, ...rest } = before.brother.customer;
        expect(customer).toMatchObject(rest);
        const gained = customer.identifiers.filter(({ id }) => !identifiers.some((item) => item.id === id));
        expect(gained).toMatchObject([{ kind: 'device_id', value: 'tv-in-the-living-room' }]);
        const state = await derivedState(server.guanxi);
        for (const table of ['event', 'activity', 'consent', 'message', 'edge_event']) {
          const kept = new Set(state[table]);
          const were = new Set(stateBefore[table]);
          expect(
            [...kept].filter((row) => !were.has(row)),
            table,
          ).toEqual([]);
        }
        const { accepted, duplicates } = server.guanxi.river.state();
        await server.guanxi.river.waitFor(await server.guanxi.river.rebuild());
        expect(await derivedState(server.guanxi)).toEqual(state);
        expect(server.guanxi.river.state()).toMatchObject({ accepted, duplicates });
      },
    );

    test(
      'what is sent again from before does not bring the person back, what is new does',
      { timeout: 60_000 },
      async () => {
        const old = { timestamp: '2024-05-05T00:00:00.000Z' };
        const me = { userId: her.user };
        const head = server.guanxi.platform.log.head();
        await send(
          track(me, 'Product Viewed', { product_id: 'p1' }, old),
          { type: 'identify', userId: 'u-new-account', traits: { phone: '+86 139 1234 5871' }, ...old },
          track(me, 'Order Completed', { total: 1 }, old),
        );
        expect(server.guanxi.platform.log.head()).toBe(head);
        expect((await api.quarantine({ query: {} })).total).toBe(1);
        await send(track(me, 'Product Viewed', { product_id: 'p1' }));
        const id = (await personOf(her.user))!;
        expect((await api.customer({ params: { id } })).events).toBe(1);
        const settings = await api.privacySettings();
        await api.privacySettingsUpdate({ body: { ...settings, returning: 'drop_all' } });
        await send(track(me, 'Product Viewed', { product_id: 'p1' }));
        await api.privacySettingsUpdate({ body: { ...settings, returning: 'accept' } });
        await send(track(me, 'Product Viewed', { product_id: 'p2' }, old));
        expect((await api.customer({ params: { id } })).events).toBe(2);
        await api.privacySettingsUpdate({ body: settings });
      },
    );

    test('what is past the time of its class goes, and nothing else', { timeout: 240_000 }, () =>
      checkRetention(installation, (ms) => (shift += ms)),
    );
  });
}
