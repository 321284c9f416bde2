import type { SessionState } from '@guanxi/contracts';
import { type Caller, callerView, nobody } from '@guanxi/engine/access';
import { isLoopback } from '@guanxi/engine/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Guanxi } from '../compose.ts';
import { clientOf, credentialsOf, isDirect, readCookie, SESSION_COOKIE, writeCookie } from '../credentials.ts';
import type { Handlers, Raw, StreamHandlers } from './handler.ts';

const ATTEMPT_COOKIE = 'guanxi-sign-on';
const ATTEMPT_SECONDS = 600;

/** The server can tell that the person at the browser sits at this machine: nothing else could reach it. */
const isCodeless = (request: FastifyRequest, { platform: { config } }: Guanxi): boolean =>
  isLoopback(config.host) && !config.publicUrl && isDirect(request);

async function stateOf(caller: Caller, guanxi: Guanxi, { request }: Raw): Promise<SessionState> {
  return {
    setUp: await guanxi.access.accounts.any(),
    codeNeeded: !isCodeless(request, guanxi),
    signOn: guanxi.signOn && { name: guanxi.signOn.name },
    caller: caller === nobody ? null : callerView(caller),
  };
}

/** Hands a new session to the browser; the one it came with ends, so that nobody can have planted it. */
async function begin(token: string, guanxi: Guanxi, { request, reply }: Raw): Promise<Caller> {
  const { access, platform } = guanxi;
  const before = readCookie(request, SESSION_COOKIE, platform.config);
  if (before) await access.sessions.endByToken(before);
  writeCookie(reply, SESSION_COOKIE, token, platform.config);
  request.caller = (await access.authenticate({ bearer: null, cookie: token, idle: true })) ?? nobody;
  return request.caller;
}

/** Where people reach this server: as published, else as this browser did. */
const baseOf = (request: FastifyRequest, { platform: { config } }: Guanxi): string =>
  (config.publicUrl ?? `${request.protocol}://${request.host}`).replace(/\/$/, '');

/** What stands in a link comes after `#`: browsers send it to no server, so it is in nobody's log. */
const linkUrl = (token: string, request: FastifyRequest, guanxi: Guanxi) => `${baseOf(request, guanxi)}/join#${token}`;

const done = { done: true } as const;

export const accessHandlers: Handlers<
  | 'session'
  | 'setUp'
  | 'signIn'
  | 'signOut'
  | 'passwordChange'
  | 'sessions'
  | 'sessionEnd'
  | 'linkLook'
  | 'linkAccept'
  | 'members'
  | 'memberInvite'
  | 'memberUpdate'
  | 'memberRemove'
  | 'memberReset'
  | 'invitationRevoke'
  | 'apiKeys'
  | 'apiKeyCreate'
  | 'apiKeyRevoke'
> = {
  session: (_, guanxi, caller, raw) => stateOf(caller, guanxi, raw),
  async setUp({ body }, guanxi, _caller, raw) {
    const client = { ...clientOf(raw.request), codeless: isCodeless(raw.request, guanxi) };
    return stateOf(await begin(await guanxi.access.setUp(body, client), guanxi, raw), guanxi, raw);
  },
  async signIn({ body }, guanxi, _caller, raw) {
    const { access } = guanxi;
    const token = await access
      .signIn(body.email, body.password, clientOf(raw.request))
      .catch(async (error: unknown) => {
        const account = await access.accounts.byEmail(body.email);
        if (account) raw.request.tried = account.id;
        throw error;
      });
    return stateOf(await begin(token, guanxi, raw), guanxi, raw);
  },
  async signOut(_, guanxi, caller, raw) {
    if (caller.account && caller.sessionId) await guanxi.access.sessions.end(caller.account.id, caller.sessionId);
    writeCookie(raw.reply, SESSION_COOKIE, null, guanxi.platform.config);
    return stateOf(nobody, guanxi, raw);
  },
  async passwordChange({ body }, guanxi, caller, raw) {
    await guanxi.access.changePassword(caller, body.current, body.next, clientOf(raw.request));
    const now = await guanxi.access.authenticate(credentialsOf(raw.request, guanxi.platform.config));
    return stateOf(now ?? nobody, guanxi, raw);
  },
  sessions: async (_, { access }, caller) => ({ items: caller.account ? await access.sessions.list(caller) : [] }),
  async sessionEnd({ params }, { access }, caller) {
    await access.sessions.end(caller.account?.id ?? '', params.id);
    return done;
  },
  linkLook: ({ body }, { access }, _caller, { request }) => access.lookAtLink(body.token, clientOf(request)),
  async linkAccept({ body }, guanxi, _caller, raw) {
    const token = await guanxi.access.acceptLink(body, clientOf(raw.request));
    return stateOf(await begin(token, guanxi, raw), guanxi, raw);
  },
  members: async (_, { access }) => ({
    items: await access.accounts.list(),
    invitations: await access.links.open(),
  }),
  async memberInvite({ body }, guanxi, caller, { request }) {
    const { token, expiresAt, invitation } = await guanxi.access.links.invite(caller, body.email, body.role);
    return { url: linkUrl(token, request, guanxi), expiresAt, invitation };
  },
  memberUpdate: ({ params, body }, { access }, caller) => access.accounts.update(caller, params.id, body),
  async memberRemove({ params }, { access }, caller) {
    await access.accounts.remove(caller, params.id);
    return done;
  },
  async memberReset({ params }, guanxi, caller, { request }) {
    const account = await guanxi.access.accounts.byId(params.id);
    const { token, expiresAt } = await guanxi.access.links.reset(caller, account);
    return { url: linkUrl(token, request, guanxi), expiresAt };
  },
  async invitationRevoke({ params }, { access }) {
    await access.links.revoke(params.id);
    return done;
  },
  apiKeys: async (_, { access }, caller) => ({ items: await access.keys.list(caller) }),
  apiKeyCreate: ({ body }, { access }, caller) => access.keys.create(caller, body),
  apiKeyRevoke: ({ params }, { access }, caller) => access.keys.revoke(caller, params.id),
};

/** A place on this server; anything else is its first page. */
export function localPath(to: string): string {
  const base = 'http://here.invalid';
  const url = URL.canParse(to, base) ? new URL(to, base) : null;
  return url?.origin === base && to.startsWith('/') ? `${url.pathname}${url.search}${url.hash}` : '/';
}

const back = (reply: FastifyReply, code: string) => reply.redirect(`/sign-in?problem=${encodeURIComponent(code)}`);
const codeOf = (error: unknown): string => {
  const { name, code } = error as { name?: string; code?: string };
  if (name !== 'UserError') throw error;
  return code ?? 'sign_on_refused';
};

export const signOnHandlers: Pick<StreamHandlers, 'signOnStart' | 'signOnReturn'> = {
  async signOnStart({ query }, guanxi, _caller, { request, reply }) {
    const { access, signOn, platform } = guanxi;
    if (!signOn) return back(reply, 'sign_on_off');
    try {
      const { url, ...attempt } = await signOn.depart(`${baseOf(request, guanxi)}/api/sign-on/return`);
      const token = await access.signOn.begin({ ...attempt, returnTo: localPath(query.to) });
      writeCookie(reply, ATTEMPT_COOKIE, token, platform.config, ATTEMPT_SECONDS);
      return reply.redirect(url.href);
    } catch (error) {
      return back(reply, codeOf(error));
    }
  },
  async signOnReturn(_, guanxi, _caller, raw) {
    const { access, signOn, platform } = guanxi;
    const { request, reply } = raw;
    const token = readCookie(request, ATTEMPT_COOKIE, platform.config);
    writeCookie(reply, ATTEMPT_COOKIE, null, platform.config);
    const attempt = token === null ? null : await access.signOn.take(token);
    if (!signOn || !attempt) return back(reply, 'sign_on_refused');
    try {
      const person = await signOn.arrive(new URL(request.url, baseOf(request, guanxi)), attempt);
      const account = await access.signOn.accountOf(person, signOn.newRole);
      await begin(await access.openSession(account, clientOf(request)), guanxi, raw);
      await guanxi.audit.record({
        actor: request.caller.actor,
        action: 'signOnReturn',
        subject: null,
        outcome: 'done',
      });
      return reply.redirect(localPath(attempt.returnTo));
    } catch (error) {
      const code = codeOf(error);
      const { actor } = nobody;
      await guanxi.audit.record({ actor, action: 'signOnReturn', subject: null, outcome: 'refused', detail: { code } });
      return back(reply, code);
    }
  },
};
