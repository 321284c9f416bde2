import type { IdentityRules } from '@guanxi/contracts';
import { describe, expect, test } from 'vitest';
import type { CanonicalEvent } from '../ingest/index.ts';
import { compileExtractor, defaultRules } from './index.ts';

const extract = compileExtractor(defaultRules);
const event = (parts: Partial<CanonicalEvent>): CanonicalEvent => ({
  seq: 1,
  sourceId: 's',
  type: 'identify',
  name: 'identify',
  messageId: 'm',
  lasting: false,
  time: 0,
  receivedAt: 0,
  channel: 'web',
  userId: null,
  anonymousId: null,
  previousId: null,
  groupId: null,
  traits: {},
  properties: {},
  context: {},
  ...parts,
});
const read = (parts: Partial<CanonicalEvent>, rules?: IdentityRules) =>
  (rules ? compileExtractor(rules) : extract)(event(parts)).map(({ kind, value }) => `${kind}=${value}`);

test('identifiers come in order of priority, from every place they may stand, each once', () => {
  expect(
    read({
      anonymousId: 'a-1',
      userId: 'Ann',
      traits: { mobile: '138 0013 8000', phone: '+86-13800138000', email: ' Ann@Example.COM ', unionid: 'oU1' },
      context: { device: { id: 'D1', idfa: 'ABCD-EF' }, externalIds: [{ type: 'member_no', id: 77123 }, { id: 'x' }] },
      properties: { email: 'second@example.com' },
    }),
  ).toEqual([
    'user_id=Ann',
    'member_no=77123',
    'wechat_unionid=oU1',
    'phone=+8613800138000',
    'email=ann@example.com',
    'email=second@example.com',
    'device_id=D1',
    'advertising_id=abcd-ef',
    'anonymous_id=a-1',
  ]);
});

describe('normalisation', () => {
  test.each([
    ['phone', '１３８００１３８０００', '+8613800138000'],
    ['phone', '0086 138 0013 8000', '+8613800138000'],
    ['phone', 13800138000, '+8613800138000'],
    ['phone', '+1 (202) 555-0123', '+12025550123'],
    ['phone', '12345', null],
    ['phone', '11111111111', null],
    ['email', 'ＡＮＮ@example.com', 'ann@example.com'],
    ['email', 'ann@example', null],
    ['email', 'no-reply@shop.example', null],
  ])('%s %s', (trait, given, expected) => {
    expect(read({ traits: { [trait]: given } })).toEqual(expected === null ? [] : [`${trait}=${expected}`]);
  });
});

test.each([
  ...['', ' ', 'null', 'NULL', 'undefined', 'Unknown', 'anonymous', 'guest', 'Test', '0', '-1', '000000', 'N/A', 'n/a'],
  ...['00000000-0000-0000-0000-000000000000', 'aaaaaaaa', '[object Object]', '未知', 'a\0b', 'x'.repeat(300), '\ud800'],
])('%j identifies nobody', (value) => {
  expect(read({ userId: value, anonymousId: value, context: { device: { id: value } } })).toEqual([]);
});

test('what is no text is no identifier, and paths do not follow the prototype', () => {
  const traits = { phone: { number: '13800138000' }, email: [true, 'ann@example.com'], member_no: true };
  expect(read({ traits })).toEqual(['email=ann@example.com']);
  const kinds = [{ ...defaultRules.kinds[0]!, paths: ['traits.constructor.name', 'traits.toString'] }];
  expect(read({ traits: {} }, { ...defaultRules, kinds })).toEqual([]);
});

test('an alias call carries the former id as an anonymous one', () => {
  expect(read({ type: 'alias', userId: 'ann', previousId: 'a-1' })).toEqual(['user_id=ann', 'anonymous_id=a-1']);
});

test('blocked values of a kind are compared as they are after normalisation', () => {
  const kinds = defaultRules.kinds.map((kind) =>
    kind.kind === 'phone' ? { ...kind, blocked: ['400-820-8820', '13900139000'] } : kind,
  );
  const rules = { ...defaultRules, kinds };
  expect(read({ traits: { phone: ['+86 139 0013 9000', '4008208820', '13800138000'] } }, rules)).toEqual([
    'phone=+8613800138000',
  ]);
});
