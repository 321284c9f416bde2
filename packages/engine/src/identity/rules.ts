import type { IdentifierKind, IdentityRules } from '@guanxi/contracts';
import { UserError } from '../platform/index.ts';

/** Values nobody is called by, whatever the kind; compared in lower case after normalisation. */
const NOBODY = [
  ...['null', 'undefined', 'nil', 'nan', 'none', 'unknown', 'anonymous', 'guest', 'test', 'n/a', 'true', 'false'],
  ...[
    '(not set)',
    'not set',
    '(none)',
    '[object object]',
    '{}',
    '[]',
    '-1',
    '未知',
    '匿名',
    '游客',
    '测试',
    '无',
    '空',
  ],
];
const NOBODYS_MAIL = [
  ...['test@test.com', 'test@test.test', 'a@a.com', 'none@none.com', 'na@na.com', 'no@email.com'],
  ...['noemail@noemail.com', 'null@null.com', 'anonymous@anonymous.com'],
];

const kind = (
  name: string,
  nature: IdentifierKind['nature'],
  limit: number,
  paths: readonly string[],
  normalise: IdentifierKind['normalise'] = 'none',
  blocked: readonly string[] = NOBODY,
): IdentifierKind => ({
  kind: name,
  nature,
  limit,
  normalise,
  paths: [...paths, `context.externalIds.${name}`, `context.externalId.${name}`],
  blocked: [...blocked],
});

/** Where a trait may stand: identify sends it as a trait, other calls with the context, forms as a property. */
const trait = (...names: string[]) =>
  ['traits', 'context.traits', 'properties'].flatMap((place) => names.map((name) => `${place}.${name}`));

/** What a new installation starts with; `known` kinds stand before `device` kinds, so that a person anchors an event. */
export const defaultRules: IdentityRules = {
  region: 'CN',
  kinds: [
    kind('user_id', 'known', 1, ['userId', 'traits.user_id', 'context.traits.user_id']),
    kind('member_no', 'known', 1, trait('member_no', 'memberNo', 'member_id', 'memberId', 'membership_no')),
    kind('wechat_unionid', 'known', 1, [...trait('wechat_unionid', 'unionid', 'unionId'), 'context.wechat.unionid']),
    kind('wechat_openid', 'known', 5, [...trait('wechat_openid', 'openid', 'openId'), 'context.wechat.openid']),
    kind('wecom_id', 'known', 5, trait('external_userid', 'externalUserid')),
    kind('buyer_id', 'known', 5, ['traits.buyer_id', 'context.traits.buyer_id', 'traits.buyer_ouid']),
    kind('social_id', 'known', 5, ['traits.social_id', 'context.traits.social_id']),
    kind('phone', 'known', 5, trait('phone', 'mobile', 'phoneNumber', 'phone_number'), 'phone'),
    kind('email', 'known', 5, trait('email'), 'email', [...NOBODY, ...NOBODYS_MAIL]),
    kind('device_id', 'device', 50, ['context.device.id', 'context.device.deviceId', 'properties.$device_id']),
    kind(
      'advertising_id',
      'device',
      50,
      ['advertisingId', 'idfa', 'oaid', 'gaid'].map((name) => `context.device.${name}`),
      'lowercase',
    ),
    kind('anonymous_id', 'device', 100, ['anonymousId', 'previousId']),
  ],
  sharedDeviceOwners: 2,
  // Zeros and dashes; one character six times or more; addresses that answer nobody.
  blockedPatterns: ['[0\\-]+', '(.)\\1{5,}', '(no|do-?not)-?reply@.*'],
};

/** The rules as One-ID asks for them while it resolves. */
export interface CompiledRules {
  readonly sharedDeviceOwners: number;
  /** Place in the priority, 0 the highest; kinds the rules no longer name come last. */
  rank(kind: string): number;
  limit(kind: string): number;
  isKnown(kind: string): boolean;
}

/** Throws a {@link UserError} where rules contradict themselves; zod has checked their shape before. */
export function checkRules(rules: IdentityRules): void {
  const refuse = (where: string, message: string, remedy: string) => {
    throw new UserError('invalid', 'bad_identity_rules', message, { where, remedy });
  };
  const names = rules.kinds.map(({ kind }) => kind);
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twice >= 0)
    refuse(`kinds.${twice}.kind`, `The kind ${names[twice]} stands twice`, 'Put its paths into one kind.');
  const firstDevice = rules.kinds.findIndex(({ nature }) => nature === 'device');
  const late = rules.kinds.findIndex(
    ({ nature }, index) => nature === 'known' && firstDevice >= 0 && index > firstDevice,
  );
  if (late >= 0)
    refuse(
      `kinds.${late}`,
      `${names[late]} names people and stands after ${names[firstDevice]}, which names a device`,
      'Move kinds of nature known before kinds of nature device.',
    );
  for (const [index, pattern] of rules.blockedPatterns.entries())
    try {
      new RegExp(pattern, 'iu');
    } catch {
      refuse(`blockedPatterns.${index}`, 'This is not a regular expression', 'Correct or remove the pattern.');
    }
}

export function compileRules(rules: IdentityRules): CompiledRules {
  const kinds = new Map(rules.kinds.map((entry, rank) => [entry.kind, { ...entry, rank }]));
  return {
    sharedDeviceOwners: rules.sharedDeviceOwners,
    rank: (name) => kinds.get(name)?.rank ?? kinds.size,
    limit: (name) => kinds.get(name)?.limit ?? 1,
    isKnown: (name) => kinds.get(name)?.nature === 'known',
  };
}
