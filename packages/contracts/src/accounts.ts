import { z } from 'zod';
import { actorRef, permission, role } from './access.ts';
import { instant } from './common.ts';

/** Shortest and longest password that is taken; what else one must not be, the server says. */
export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 128;

export const emailAddress = z.email().max(254);
export const personName = z.string().trim().min(1).max(100);
/** A password that somebody chooses. One that is only compared may be anything, so that old ones can still be typed. */
export const newPassword = z.string().min(PASSWORD_MIN).max(PASSWORD_MAX);
export const givenPassword = z.string().min(1).max(PASSWORD_MAX);
/** What stands in a link or a cookie. */
export const secretToken = z.string().min(1).max(200);

/** Who is asking, as the server sees it. */
export const callerView = z.object({
  actor: actorRef,
  /** Null for API keys and the command line. */
  account: z.object({ id: z.string(), email: z.string(), name: z.string(), role, hasPassword: z.boolean() }).nullable(),
  permissions: z.array(permission),
});
export type CallerView = z.infer<typeof callerView>;

/** What a page must know before it shows anything. */
export const sessionState = z.object({
  setUp: z.boolean().describe('Whether there is an account'),
  codeNeeded: z.boolean().describe('Whether the first account needs the code that the server printed'),
  signOn: z.object({ name: z.string() }).nullable().describe('Single sign-on, where it is configured'),
  caller: callerView.nullable(),
});
export type SessionState = z.infer<typeof sessionState>;

export const ownSession = z.object({
  id: z.string(),
  current: z.boolean(),
  createdAt: instant,
  seenAt: instant,
  expiresAt: instant,
  address: z.string(),
  agent: z.string(),
});
export type OwnSession = z.infer<typeof ownSession>;

export const member = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role,
  disabled: z.boolean(),
  createdAt: instant,
  lastSignInAt: instant.nullable(),
  signsInBy: z.array(z.enum(['password', 'sign-on'])),
});
export type Member = z.infer<typeof member>;

export const invitation = z.object({
  id: z.string(),
  email: z.string(),
  role,
  invitedBy: z.string(),
  createdAt: instant,
  expiresAt: instant,
});
export type Invitation = z.infer<typeof invitation>;

/** A link that works once; it is told this one time. */
export const oneTimeLink = z.object({ url: z.string(), expiresAt: instant });
export type OneTimeLink = z.infer<typeof oneTimeLink>;

/** What the holder of a link may know of it. */
export const linkView = z.object({
  kind: z.enum(['invitation', 'reset']),
  email: z.string(),
  name: z.string().nullable(),
  role,
  expiresAt: instant,
});
export type LinkView = z.infer<typeof linkView>;

export const apiKey = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(permission),
  owner: z.string(),
  own: z.boolean(),
  createdAt: instant,
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable(),
  state: z.enum(['active', 'expired', 'revoked', 'suspended']),
});
export type ApiKey = z.infer<typeof apiKey>;
