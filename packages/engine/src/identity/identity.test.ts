import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CanonicalEvent } from '../ingest/index.ts';
import { nodeIdOf, type Platform } from '../platform/index.ts';
import { openTestPlatform } from '../platform/testing.ts';
import { idOf, named, Play } from './fixtures.testing.ts';
import { createIdentity, defaultRules, type Identity, parseDecision } from './index.ts';

let platform: Platform;
let identity: Identity;
let play: Play;

beforeAll(async () => {
  platform = await openTestPlatform();
  identity = await createIdentity(platform);
});
afterAll(() => platform.close());
beforeEach(async () => {
  play = new Play(platform, identity);
  await play.reset();
});

const known = async () => (await identity.counts()).known;
const personOf = async (name: string) => (await identity.personsOf([idOf(name)])).get(idOf(name))!;

describe('an anonymous profile never wins over a known one', () => {
  test.each([
    ['anonymous first', ['anonymous_id:a', 'user_id:u email:u@x.com', 'user_id:u anonymous_id:a'], 'anonymous_id:a'],
    ['known first', ['user_id:u email:u@x.com', 'anonymous_id:a', 'user_id:u anonymous_id:a'], 'user_id:u'],
  ])('%s: the person is known, keeps what names it, and lists it by priority', async (_, events, oldest) => {
    await play.events(...events);
    const person = await personOf('anonymous_id:a');
    expect(person).toBe(idOf(oldest));
    const names = (await identity.identifiersOf([person])).get(person)!.map(({ kind }) => kind);
    expect(names).toEqual(['user_id', 'email', 'anonymous_id']);
    expect(await identity.counts()).toEqual({ persons: 1, known: 1, identifiers: 3 });
  });
});

test('relations and attributes survive a merge: the anchors of both stay reachable', async () => {
  await play.events('anonymous_id:a', 'device_id:d anonymous_id:b', 'user_id:u phone:+8613800138000');
  await play.events('user_id:u anonymous_id:a', 'user_id:u device_id:d');
  const person = await personOf('user_id:u');
  expect(person).toBe(idOf('anonymous_id:a'));
  const anchors = (await identity.anchorsOf([person])).get(person)!;
  const all = ['user_id:u', 'phone:+8613800138000', 'device_id:d', 'anonymous_id:a', 'anonymous_id:b'].map(idOf);
  expect([...anchors].sort()).toEqual([...all].sort());
  expect([...(await identity.personsOf(all)).values()]).toEqual(all.map(() => person));
});

describe('two people who log in on one device stay two', () => {
  const anonymous = 'device_id:d anonymous_id:a';
  test.each([
    ['nothing between', ['user_id:u1 device_id:d', 'user_id:u2 device_id:d']],
    ['anonymous before', [anonymous, 'user_id:u1 device_id:d', 'user_id:u2 device_id:d']],
    ['anonymous between', ['user_id:u1 device_id:d', anonymous, 'user_id:u2 device_id:d']],
    ['anonymous after', ['user_id:u1 device_id:d', 'user_id:u2 device_id:d', anonymous]],
    [
      'on and on',
      [anonymous, 'user_id:u1 device_id:d', anonymous, 'user_id:u2 device_id:d', anonymous, 'user_id:u1 device_id:d'],
    ],
  ])('%s, in both orders alike', async (_, events) => {
    const swapped = events.map((text) => text.replace(/u[12]/, (name) => (name === 'u1' ? 'u2' : 'u1')));
    for (const order of [events, swapped]) {
      await play.reset();
      await play.events(...order);
      const persons = await play.persons();
      for (const name of ['user_id:u1', 'user_id:u2', 'device_id:d']) expect(persons[idOf(name)]).toEqual([name]);
      expect(await known()).toBe(2);
      const device = await identity.person(idOf('device_id:d'));
      expect(device.identifiers.map(({ shared }) => shared)).toEqual([true]);
      expect(new Set(device.links.map(({ state }) => state))).toEqual(new Set(['shared']));
      expect(device.outside.map(({ value }) => value).filter((value) => value.startsWith('u'))).toHaveLength(2);
    }
  });

  test('the same with two devices in every event, and each keeps its own phone', async () => {
    await play.events(
      'user_id:u1 phone:+8613800138001 device_id:d anonymous_id:a',
      'user_id:u2 phone:+8613800138002 device_id:d anonymous_id:a',
    );
    expect(await play.groups()).toEqual([
      'anonymous_id:a',
      'device_id:d',
      'phone:+8613800138001 user_id:u1',
      'phone:+8613800138002 user_id:u2',
    ]);
  });

  test('by hand a shared device can be given to one of them, and later logins leave it there', async () => {
    await play.events('user_id:u1 device_id:d', 'user_id:u2 device_id:d');
    await play.link('user_id:u1', 'device_id:d');
    await play.events('user_id:u2 device_id:d', 'device_id:d');
    expect(await play.groups()).toEqual(['device_id:d user_id:u1', 'user_id:u2']);
    await expect(play.link('user_id:u2', 'device_id:d')).rejects.toMatchObject({ code: 'identity_limit' });
  });

  test('with a higher threshold the first refusal is a limit, the next owner makes it shared', async () => {
    await identity.setRules({ ...defaultRules, sharedDeviceOwners: 3 });
    try {
      await play.events('user_id:u1 device_id:d', 'user_id:u2 device_id:d');
      expect(await play.groups()).toEqual(['device_id:d user_id:u1', 'user_id:u2']);
      await play.events('user_id:u3 device_id:d');
      expect(await play.groups()).toEqual(['device_id:d', 'user_id:u1', 'user_id:u2', 'user_id:u3']);
    } finally {
      await identity.setRules(defaultRules);
    }
  });
});

test('a link beyond a limit is refused, recorded once with its reason, and tried again when there is room', async () => {
  await play.events('user_id:u1 email:a@x.com', 'user_id:u2 email:a@x.com', 'user_id:u2 email:a@x.com');
  expect(await play.groups()).toEqual(['email:a@x.com user_id:u1', 'user_id:u2']);
  const { links, history, outside } = await identity.person(idOf('user_id:u2'));
  expect(links).toMatchObject([{ state: 'limited', count: 2, rule: 'same_event', firstSeq: 2 }]);
  expect(outside).toMatchObject([{ value: 'a@x.com', person: idOf('user_id:u1') }]);
  expect(history.map(({ kind, detail }) => `${kind} ${detail}`)).toEqual([
    'created user_id',
    'refused user_id–email: a person has at most 1 user_id',
  ]);
  await play.unmerge(idOf('user_id:u1'), 'email:a@x.com');
  await play.events('user_id:u2 email:a@x.com');
  expect(await play.groups()).toEqual(['email:a@x.com user_id:u2', 'user_id:u1']);
});

test('a new identifier that may not join founds its own person', async () => {
  const emails = Array.from({ length: 7 }, (_, index) => `email:m${index}@x.com`);
  await play.events(`user_id:u ${emails.join(' ')}`);
  const persons = await play.persons();
  expect(persons[idOf('user_id:u')]).toHaveLength(6);
  expect(persons[idOf('email:m5@x.com')]).toEqual(['email:m5@x.com']);
  expect(persons[idOf('email:m6@x.com')]).toEqual(['email:m6@x.com']);
});

describe('unmerge', () => {
  test('a merge undone gives both persons back with their ids, and the same evidence does not join them again', async () => {
    await play.events('anonymous_id:a', 'user_id:u email:u@x.com', 'email:other@x.com anonymous_id:b');
    const before = await play.persons();
    await play.events('user_id:u anonymous_id:a', 'user_id:u anonymous_id:b');
    expect(Object.keys(await play.persons())).toHaveLength(1);
    await play.unmerge(idOf('anonymous_id:a'), 'user_id:u', 'email:u@x.com');
    expect(await play.persons()).toEqual(before);
    await play.events('user_id:u anonymous_id:a', 'user_id:u anonymous_id:b');
    expect(await play.persons()).toEqual(before);
    const { links } = await identity.person(idOf('user_id:u'));
    expect(links.filter(({ state }) => state === 'severed').map(({ count }) => count)).toEqual([2, 2]);
    await play.link('user_id:u', 'anonymous_id:b');
    expect(await play.groups()).toEqual(['anonymous_id:a', 'anonymous_id:b email:other@x.com email:u@x.com user_id:u']);
  });

  test('who was never merged keeps the id on the largest part; the extracted founder gets a new one', async () => {
    await play.events('user_id:u email:u@x.com phone:+8613800138000', 'phone:+8613800138000 email:u@x.com');
    const person = idOf('user_id:u');
    const request = { identifiers: [idOf('user_id:u')], reason: '' };
    const fresh = nodeIdOf('person', `${person}:3`);
    await play.unmerge(person, 'user_id:u');
    expect(await play.persons()).toEqual({
      [person]: ['email:u@x.com', 'phone:+8613800138000'],
      [fresh]: ['user_id:u'],
    });
    expect(await identity.currentPerson(person)).toBe(person);
    expect((await identity.person(fresh)).history.map(({ kind }) => kind)).toEqual(['split']);
    await expect(identity.decideUnmerge(fresh, request, 'x')).rejects.toMatchObject({ code: 'nothing_left' });
    // Merged again and undone again, both ids come back.
    const apart = await play.persons();
    await play.link('user_id:u', 'email:u@x.com');
    expect(Object.keys(await play.persons())).toEqual([person]);
    await play.unmerge(person, 'user_id:u');
    expect(await play.persons()).toEqual(apart);
  });

  test('of equal parts the one with the older identifier keeps the id; the other takes its own', async () => {
    await play.events('user_id:u email:u@x.com');
    await play.unmerge(idOf('user_id:u'), 'user_id:u');
    expect(await play.persons()).toEqual({
      [idOf('user_id:u')]: ['user_id:u'],
      [idOf('email:u@x.com')]: ['email:u@x.com'],
    });
  });

  test('a merged person comes apart into its founders; a part without one takes the id of its oldest identifier', async () => {
    await play.events('anonymous_id:a', 'user_id:u anonymous_id:a email:u@x.com', 'email:u@x.com device_id:d');
    await play.unmerge(idOf('anonymous_id:a'), 'email:u@x.com', 'device_id:d');
    expect(await play.persons()).toEqual({
      [idOf('anonymous_id:a')]: ['anonymous_id:a', 'user_id:u'],
      [idOf('email:u@x.com')]: ['device_id:d', 'email:u@x.com'],
    });
  });

  test('the preview says what will happen, and writes nothing', async () => {
    await play.events('anonymous_id:a', 'user_id:u email:u@x.com', 'user_id:u anonymous_id:a', 'anonymous_id:a');
    const before = await play.dump();
    const request = { identifiers: [idOf('anonymous_id:a')], reason: '' };
    const effect = await identity.previewUnmerge(idOf('user_id:u'), request);
    expect(await play.dump()).toEqual(before);
    expect(effect.changed).toBe(true);
    expect(effect.severed).toMatchObject([{ state: 'severed', count: 1 }]);
    // First who has the strongest identifier.
    expect(effect.parts.map(({ person, isNew, events }) => ({ person, isNew, events }))).toEqual([
      { person: idOf('user_id:u'), isNew: true, events: 2 },
      { person: idOf('anonymous_id:a'), isNew: false, events: 2 },
    ]);
    await play.unmerge(idOf('user_id:u'), 'anonymous_id:a');
    expect(Object.keys(await play.persons()).sort()).toEqual(effect.parts.map(({ person }) => person).sort());
    const joined = await identity.previewLink(idOf('user_id:u'), idOf('anonymous_id:a'));
    expect(joined).toMatchObject({
      changed: true,
      severed: [],
      parts: [{ person: idOf('anonymous_id:a'), isNew: false }],
    });
  });

  test('decisions that cannot be are refused with a reason', async () => {
    await play.events('user_id:u1 email:a@x.com', 'user_id:u2');
    const ask = (ids: string[]) =>
      identity.decideUnmerge(idOf('user_id:u1'), { identifiers: ids.map(idOf), reason: '' }, 'x');
    await expect(ask(['user_id:u2'])).rejects.toMatchObject({ code: 'not_of_person' });
    await expect(ask(['user_id:u1', 'email:a@x.com'])).rejects.toMatchObject({ code: 'nothing_left' });
    await expect(identity.previewLink(idOf('user_id:u1'), '5')).rejects.toMatchObject({ code: 'no_such_identifier' });
    await expect(play.link('user_id:u1', 'user_id:u1')).rejects.toMatchObject({ code: 'same_identifier' });
    await expect(play.link('user_id:u1', 'user_id:u2')).rejects.toMatchObject({ code: 'identity_limit' });
    await expect(identity.person('5')).rejects.toMatchObject({ code: 'no_such_person' });
  });
});

test('the history tells who did what on which evidence; ids merged away lead to who they became', async () => {
  await play.events('anonymous_id:a', 'user_id:u anonymous_id:a');
  expect(await identity.currentPerson(idOf('user_id:u'))).toBe(idOf('anonymous_id:a'));
  await play.unmerge(idOf('user_id:u'), 'anonymous_id:a');
  await play.link('anonymous_id:a', 'user_id:u');
  const { history } = await identity.person(idOf('user_id:u'));
  expect(history.map(({ seq, kind, rule, by }) => [seq, kind, rule, by])).toEqual([
    [1, 'created', 'first_seen', null],
    [2, 'created', 'first_seen', null],
    [2, 'merged', 'same_event', null],
    [3, 'severed', 'manual', 'ann@shop'],
    [3, 'split', 'manual', 'ann@shop'],
    [4, 'linked', 'manual', 'ann@shop'],
    [4, 'merged', 'manual', 'ann@shop'],
  ]);
});

test('a decision is read back from the log as it was made', async () => {
  await play.events('user_id:u email:a@x.com');
  const request = { identifiers: [idOf('email:a@x.com')], reason: 'a\0b' };
  const decision = await identity.decideUnmerge(idOf('user_id:u'), request, 'ann');
  expect(parseDecision(JSON.stringify(decision))).toEqual({ ...decision, reason: 'ab' });
});

test('search finds a person by any identifier, exact before prefix, whatever the case and spelling', async () => {
  await play.events(
    'user_id:Ann phone:+8613800138000',
    'user_id:anna email:ann@x.com',
    'user_id:50%_off',
    'user_id:50x',
  );
  const [ann, anna] = [idOf('user_id:Ann'), idOf('user_id:anna')];
  expect(await identity.search('ANN', 10)).toEqual([ann, anna]);
  expect(await identity.search('138 0013 8000', 10)).toEqual([ann]);
  expect(await identity.search('138001', 10)).toEqual([ann]);
  expect(await identity.search('Ann@X.com', 10)).toEqual([anna]);
  expect(await identity.search('50%', 10)).toEqual([idOf('user_id:50%_off')]);
  expect(await identity.search('ann', 1)).toEqual([ann]);
  for (const nothing of ['', '  ', 'nobody', "'; DROP TABLE identifier; --", '\\', 'a\0'])
    expect(await identity.search(nothing, 10)).toEqual([]);
});

test('a batch that is rolled back leaves nothing behind, not in memory either', async () => {
  await play.events('anonymous_id:a', 'user_id:u');
  expect(await personOf('user_id:u')).toBe(idOf('user_id:u'));
  const before = await play.dump();
  const item = play.event('user_id:u anonymous_id:a');
  const failing = platform.postgres.transaction(async (statements) => {
    await identity.apply([item], { from: 3, to: 3 }, statements);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await play.dump()).toEqual(before);
  expect(await personOf('user_id:u')).toBe(idOf('user_id:u'));
  await play.apply([item]);
  expect(await personOf('user_id:u')).toBe(idOf('anonymous_id:a'));
});

test('rules that contradict themselves are refused; good ones are kept', async () => {
  const [first, ...rest] = defaultRules.kinds;
  const bad = [
    { ...defaultRules, kinds: [...rest, first!] },
    { ...defaultRules, kinds: [first!, first!] },
    { ...defaultRules, blockedPatterns: ['('] },
  ];
  for (const rules of bad) await expect(identity.setRules(rules)).rejects.toMatchObject({ code: 'bad_identity_rules' });
  await identity.setRules({ ...defaultRules, region: 'US' });
  expect((await createIdentity(platform)).rules().region).toBe('US');
  await identity.setRules(defaultRules);
});

describe('a dry run of other rules', () => {
  const event = (seq: number, parts: Partial<CanonicalEvent>): CanonicalEvent => ({
    ...{
      seq,
      sourceId: 's',
      type: 'track',
      name: 'x',
      messageId: `m${seq}`,
      lasting: false,
      time: seq,
      receivedAt: seq,
    },
    ...{ channel: 'web', userId: null, anonymousId: null, previousId: null, groupId: null },
    ...{ traits: {}, properties: {}, context: {} },
    ...parts,
  });
  const events = [
    event(1, { userId: 'u1', traits: { email: 'family@x.com' } }),
    event(2, { userId: 'u2', traits: { email: 'family@x.com' } }),
    event(3, { userId: 'u3', anonymousId: 'a3' }),
    event(4, { userId: 'u4' }),
  ];
  async function* log() {
    yield events.slice(0, 3);
    yield [
      ...events.slice(3),
      {
        decision: {
          kind: 'unmerge' as const,
          person: idOf('user_id:u3'),
          identifiers: [idOf('anonymous_id:a3')],
          reason: '',
          by: 'x',
        },
        seq: 5,
        at: 5,
      },
    ];
  }
  const limits = (changes: Record<string, number>) => ({
    ...defaultRules,
    kinds: defaultRules.kinds.map((kind) => ({ ...kind, limit: changes[kind.kind] ?? kind.limit })),
  });
  beforeEach(async () => {
    for await (const batch of log())
      await play.apply(batch.map((entry) => ('decision' in entry ? entry : { observation: identity.observe(entry)! })));
  });

  test('says nothing of the rules of today', async () => {
    const dry = await identity.dryRun(defaultRules, log());
    expect(dry).toMatchObject({
      observations: 5,
      personsBefore: 5,
      personsAfter: 5,
      wouldMerge: 0,
      wouldSplit: 0,
      unchanged: 5,
      sample: [],
    });
  });

  test('counts who would merge and who would come apart', async () => {
    const before = await play.dump();
    const looser = await identity.dryRun(limits({ user_id: 2 }), log());
    expect(looser).toMatchObject({ personsBefore: 5, personsAfter: 4, wouldMerge: 2, wouldSplit: 0, unchanged: 3 });
    expect(looser.sample).toMatchObject([
      { kind: 'merge', persons: expect.arrayContaining([idOf('user_id:u1'), idOf('user_id:u2')]) },
    ]);
    const withoutMail = {
      ...defaultRules,
      kinds: defaultRules.kinds.map((kind) => (kind.kind === 'email' ? { ...kind, blocked: ['family@x.com'] } : kind)),
    };
    expect(await identity.dryRun(withoutMail, log())).toMatchObject({ personsAfter: 5, wouldMerge: 0, wouldSplit: 0 });
    expect(await play.dump()).toEqual(before);
  });
});

test('names of identifiers are told apart by kind', () => {
  expect(named('user_id:x').id).not.toBe(named('member_no:x').id);
});
