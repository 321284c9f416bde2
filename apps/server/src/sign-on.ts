import { type Role, role } from '@guanxi/contracts';
import type { SignOnPerson } from '@guanxi/engine/access';
import { claimRolesOf, type Config, isLoopback, UserError } from '@guanxi/engine/platform';
import type * as OpenIdClient from 'openid-client';
import type { Configuration, IDToken } from 'openid-client';

/** A browser on its way to the identity provider, and what has to be remembered until it comes back. */
export interface Departure {
  readonly url: URL;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Single sign-on by OpenID Connect: authorisation code with PKCE, state and nonce. */
export interface SignOnProvider {
  readonly name: string;
  /** Role of who comes the first time and has no other. */
  readonly newRole: Role;
  /** @param returnUrl the address of this server that the provider sends the browser back to */
  depart(returnUrl: string): Promise<Departure>;
  /** Who came back. Throws `forbidden` when the answer does not stand up to its checks. */
  arrive(url: URL, expected: Omit<Departure, 'url'>): Promise<SignOnPerson>;
}

const away = (cause: unknown) =>
  new UserError('unavailable', 'sign_on_away', 'The identity provider does not answer', {
    remedy: 'Try again; sign in with a password meanwhile.',
    cause,
  });

/** The role of the first mapping whose value the claim holds; null where none fits. */
function claimedRole(config: Config, claims: IDToken): Role | null {
  const claim = claims[config.oidcRoleClaim];
  const values = new Set(Array.isArray(claim) ? claim.map(String) : [String(claim)]);
  const found = claimRolesOf(config.oidcRoles).find(({ value }) => values.has(value));
  return found ? role.parse(found.role) : null;
}

const text = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null;

/** Null where no identity provider is configured. The provider is asked what it can do when somebody first needs it. */
export function createSignOnProvider(config: Config): SignOnProvider | null {
  const { oidcIssuer, oidcClientId, oidcClientSecret } = config;
  if (!oidcIssuer || !oidcClientId) return null;
  const issuer = new URL(oidcIssuer);
  let known: Promise<{ client: typeof OpenIdClient; provider: Configuration }> | null = null;
  const discover = async () => {
    const client = await import('openid-client');
    const execute = isLoopback(issuer.hostname) ? [client.allowInsecureRequests] : [];
    const provider = await client.discovery(issuer, oidcClientId, oidcClientSecret, undefined, { execute });
    return { client, provider };
  };
  const ready = () => {
    known ??= discover();
    return known.catch((error: unknown) => {
      known = null;
      throw away(error);
    });
  };
  return {
    name: config.oidcName,
    newRole: config.oidcRole,
    async depart(returnUrl) {
      const { client, provider } = await ready();
      const verifier = client.randomPKCECodeVerifier();
      const [state, nonce] = [client.randomState(), client.randomNonce()];
      const url = client.buildAuthorizationUrl(provider, {
        redirect_uri: returnUrl,
        scope: 'openid email profile',
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      });
      return { url, state, nonce, verifier };
    },
    async arrive(url, { state, nonce, verifier }) {
      const { client, provider } = await ready();
      const refused = (cause: unknown) =>
        new UserError('forbidden', 'sign_on_refused', 'The identity provider did not confirm who you are', { cause });
      const tokens = await client
        .authorizationCodeGrant(provider, url, {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        })
        .catch((error: unknown) => {
          throw refused(error);
        });
      const claims = tokens.claims()!;
      // Some providers tell e-mail and groups only where one asks with the access token.
      const more = provider.serverMetadata().userinfo_endpoint
        ? await client.fetchUserInfo(provider, tokens.access_token, claims.sub).catch((error: unknown) => {
            throw refused(error);
          })
        : {};
      const all: IDToken = { ...more, ...claims };
      return {
        issuer: claims.iss,
        subject: claims.sub,
        email: text(all['email']),
        emailVerified: all['email_verified'] === true,
        name: text(all['name']) ?? text(all['preferred_username']),
        role: claimedRole(config, all),
      };
    },
  };
}
