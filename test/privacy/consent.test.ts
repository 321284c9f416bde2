// Consent follows the person: what two persons said meets when they are joined and parts when they are taken apart, the
// latest word counts, denial where there is doubt, and nothing that was said is forgotten. Rights on the command line.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { CustomerConsent, Erasure } from '@guanxi/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeArguments, nodeEnvironment, root } from '../../scripts/prepare.mjs';
import { columnsWith, type Installation, openInstallation } from './installations.ts';
import { track } from './lives.ts';

let installation: Installation;
beforeAll(async () => {
  installation = await openInstallation('embedded');
}, 60_000);
afterAll(() => installation?.close());

const at = (minute: number) => ({ timestamp: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString() });
const said = (who: object, minute: number, properties: object) => track(who, 'Consent Updated', properties, at(minute));
const personOf = async (search: string) => (await installation.api.customers({ query: { search } })).items[0]!.id;
const consentOf = async (search: string) =>
  installation.api.customerConsent({ params: { id: await personOf(search) } });
const stateOf = ({ states }: CustomerConsent, channel: string, purpose = 'marketing') =>
  states.find((item) => item.purpose === purpose && item.channel === channel)!.state;
const told = ({ history }: CustomerConsent) =>
  history.map(({ channel, granted, from }) => `${channel ?? '*'} ${granted ? 'yes' : 'no'} ${from!.value}`);

test('two persons are joined: the latest word of either counts; taken apart, each has their own again', async () => {
  const { api, send } = installation;
  const [a, b] = [{ userId: 'merge-a' }, { anonymousId: 'merge-b' }];
  await send(
    said(a, 1, { purpose: 'marketing', channels: ['sms', 'email'], granted: true }),
    said(b, 2, { purpose: 'marketing', channel: 'sms', granted: false }),
    said(b, 0, { purpose: 'marketing', channel: 'email', granted: false }),
  );
  const [idA, idB] = [await personOf('merge-a'), await personOf('merge-b')];
  expect(idA).not.toBe(idB);
  const alone = [await consentOf('merge-a'), await consentOf('merge-b')];
  expect(alone.map((one) => [stateOf(one, 'sms'), stateOf(one, 'email')])).toEqual([
    ['granted', 'granted'],
    ['denied', 'denied'],
  ]);
  const first = async (id: string) => (await api.customer({ params: { id } })).identifiers[0]!.id;
  const [one, other] = [await first(idA), await first(idB)];
  await api.linkIdentifiers({ body: { a: one, b: other, reason: 'one and the same' } });
  const joined = await consentOf('merge-a');
  expect(joined).toEqual(await consentOf('merge-b'));
  // B denied texts after A had granted them; A granted e-mail after B had denied it.
  expect([stateOf(joined, 'sms'), stateOf(joined, 'email')]).toEqual(['denied', 'granted']);
  expect(told(joined)).toEqual(['sms no merge-b', 'email yes merge-a', 'sms yes merge-a', 'email no merge-b']);

  const whole = await personOf('merge-a');
  await api.unmerge({ params: { id: whole }, body: { identifiers: [other], reason: 'two after all' } });
  expect([await consentOf('merge-a'), await consentOf('merge-b')]).toEqual(alone);
  // What is said from now on is of one of them.
  await send(said(a, 5, { purpose: 'marketing', granted: false }));
  expect(stateOf(await consentOf('merge-a'), 'wechat')).toBe('denied');
  expect(await consentOf('merge-b')).toEqual(alone[1]);
});

test('said at the same moment, denial counts, in whichever order it came and whoever of a joined person said it', async () => {
  const { send } = installation;
  const both = { userId: 'tie-user', anonymousId: 'tie-device' };
  await send({ type: 'identify', ...both, ...at(0) });
  for (const [channel, order] of Object.entries({ sms: [true, false], email: [false, true] })) {
    const who = [{ userId: 'tie-user' }, { anonymousId: 'tie-device' }];
    for (const [n, granted] of order.entries())
      await send(said(who[n]!, 3, { purpose: 'marketing', channel, granted }));
  }
  // About every channel and about one, at the same moment.
  await send(
    said(both, 4, { purpose: 'analytics', granted: true }),
    said(both, 4, { purpose: 'analytics', channel: 'push', granted: false }),
  );
  const consent = await consentOf('tie-user');
  expect([stateOf(consent, 'sms'), stateOf(consent, 'email')]).toEqual(['denied', 'denied']);
  expect([stateOf(consent, 'push', 'analytics'), stateOf(consent, 'sms', 'analytics')]).toEqual(['denied', 'granted']);
});

test('an old word that arrives late changes the history and not the state; what is unclear is no consent', async () => {
  const { send, api } = installation;
  const who = { userId: 'late' };
  await send(said(who, 10, { purpose: 'marketing', channel: 'sms', granted: false }));
  await send(said(who, 5, { purpose: 'marketing', channel: 'sms', granted: true }));
  await send(said(who, 11, { purpose: 'marketing', channel: 'email', granted: 'perhaps' }));
  const consent = await consentOf('late');
  expect(stateOf(consent, 'sms')).toBe('denied');
  expect(told(consent)).toEqual(expect.arrayContaining(['sms no late', 'sms yes late']));
  // Refused at the gate or taken for a no, and never for a yes.
  expect(['unknown', 'denied']).toContain(stateOf(consent, 'email'));
  expect(stateOf(consent, 'wechat')).toBe('unknown');
  const before = { ...consent };
  const job = await api.rebuild();
  await expect.poll(async () => (await api.job({ params: { id: job.id } })).state, { timeout: 30_000 }).toBe('done');
  const { river, platform } = installation.server.guanxi;
  await river.waitFor(platform.log.head());
  expect(await consentOf('late')).toEqual(before);
});

test('a client cannot write in the name of the console: only its own source says who recorded something', async () => {
  const { send, api } = installation;
  const id = await personOf('late');
  await send({
    ...said({ userId: 'late' }, 12, { purpose: 'service', granted: true }),
    context: { recordedBy: 'Ada the administrator' },
  });
  await api.customerConsentUpdate({
    params: { id },
    body: { changes: [{ purpose: 'service', channel: 'sms', granted: false }], evidence: 'by telephone' },
  });
  const { history } = await consentOf('late');
  const service = history.filter(({ purpose }) => purpose === 'service');
  expect(service.map(({ actor, evidence }) => [actor, evidence])).toEqual([
    ['command line', 'by telephone'],
    [null, ''],
  ]);
});

const run = promisify(execFile);
const guanxi = async (...args: string[]) => {
  const env = { ...process.env, ...nodeEnvironment, GUANXI_DATA: installation.folder, GUANXI_LANG: 'en' };
  const { stdout } = await run(process.execPath, [...nodeArguments, 'apps/cli/src/main.ts', ...args], {
    cwd: root,
    env,
  });
  return stdout;
};

test(
  '`guanxi privacy access` writes everything of one person, `guanxi privacy erase` leaves nothing',
  { timeout: 120_000 },
  async () => {
    const { send } = installation;
    const secret = 'zephyrine.oakleaf@wyvernmail.example';
    await send(
      { type: 'identify', userId: 'cli-user', traits: { email: secret, name: 'Zephyrine Oakleaf' } },
      track({ userId: 'cli-user' }, 'Products Searched', { query: 'amaranthine teapots' }),
      track({ userId: 'cli-other' }, 'Products Searched', { query: 'plain saucers' }),
    );
    const file = await guanxi('privacy', 'access', secret);
    expect(JSON.parse(file)).toMatchObject({ person: { name: 'Zephyrine Oakleaf' } });
    expect([file.includes('amaranthine teapots'), file.includes('plain saucers')]).toEqual([true, false]);
    await expect(guanxi('privacy', 'erase', secret, '--reason', 'asked')).rejects.toMatchObject({ code: 1 });
    await expect(guanxi('privacy', 'access', 'nobody@nowhere.example')).rejects.toMatchObject({ code: 1 });
    const receipt = JSON.parse(
      await guanxi('privacy', 'erase', secret, '--reason', 'asked', '--yes', '--json'),
    ) as Erasure;
    expect(receipt).toMatchObject({ state: 'done', method: 'targeted', reason: 'asked' });
    expect(receipt.receipts.find(({ store }) => store === 'event_log')).toMatchObject({ removed: 2, left: 0 });
    expect(await columnsWith(installation, [secret, 'Oakleaf', 'amaranthine'])).toEqual([]);
    expect((await installation.api.customers({ query: { search: 'cli-other' } })).items).toHaveLength(1);
  },
);
