import { resolve } from 'node:path';
import { role } from '@guanxi/contracts';
import { z } from 'zod';
import { UserError } from './errors.ts';

interface Setting<T> {
  readonly env: string;
  readonly schema: z.ZodType<T>;
  readonly meaning: string;
}
const setting = <T>(env: string, schema: z.ZodType<T>, meaning: string): Setting<T> => ({ env, schema, meaning });
const whole = (min: number, max: number, preset: number) => z.coerce.number().int().min(min).max(max).default(preset);
const url = (protocols: string[]) =>
  z
    .url()
    .refine((text) => protocols.includes(new URL(text).protocol), {
      message: `must start with ${protocols.join(' or ')}//`,
    })
    .optional();
/** `value=role` pairs; later parsed by {@link claimRolesOf}. */
const claimRoles = z.string().refine((text) => text.split(',').every((pair) => claimRole.safeParse(pair).success), {
  message: `must be pairs such as group=${role.options[0]}, separated by commas`,
});
const claimRole = z
  .string()
  .transform((pair) => ({ value: pair.slice(0, pair.lastIndexOf('=')).trim(), role: pair.split('=').at(-1)!.trim() }))
  .pipe(z.object({ value: z.string().min(1), role }));

/** The mapping of `GUANXI_OIDC_ROLES`, in its order. */
export const claimRolesOf = (text: string | undefined): readonly z.infer<typeof claimRole>[] =>
  (text ?? '')
    .split(',')
    .filter((pair) => pair.trim() !== '')
    .map((pair) => claimRole.parse(pair));

/** Every setting there is: its name in the environment, what it accepts, and what it means. */
export const settings = {
  dataDir: setting(
    'GUANXI_DATA',
    z.string().min(1).default('./data'),
    'Folder of the embedded engines, uploads and the lock file; each process has one of its own',
  ),
  host: setting('GUANXI_HOST', z.string().min(1).default('127.0.0.1'), 'Address to listen on'),
  port: setting('GUANXI_PORT', whole(0, 65535, 3000), 'Port to listen on; 0 takes a free one'),
  publicUrl: setting(
    'GUANXI_PUBLIC_URL',
    url(['http:', 'https:']),
    'Address at which a proxy in front shows the console, where there is one',
  ),
  trustedProxies: setting(
    'GUANXI_TRUSTED_PROXIES',
    z.string().optional(),
    'Addresses or networks of proxies whose X-Forwarded headers are believed, separated by commas',
  ),
  sessionIdleMinutes: setting(
    'GUANXI_SESSION_IDLE_MINUTES',
    whole(1, 60 * 24 * 30, 30),
    'Minutes without anybody at the page after which one has to sign in again',
  ),
  sessionHours: setting(
    'GUANXI_SESSION_HOURS',
    whole(1, 24 * 90, 12),
    'Hours after which one has to sign in again in any case',
  ),
  oidcIssuer: setting(
    'GUANXI_OIDC_ISSUER',
    url(['http:', 'https:']),
    'Identity provider for single sign-on (OpenID Connect); none when absent',
  ),
  oidcClientId: setting('GUANXI_OIDC_CLIENT_ID', z.string().optional(), 'Id of this server at the identity provider'),
  oidcClientSecret: setting(
    'GUANXI_OIDC_CLIENT_SECRET',
    z.string().optional(),
    'Its secret there; absent for a public client',
  ),
  oidcName: setting(
    'GUANXI_OIDC_NAME',
    z.string().min(1).default('SSO'),
    'What the button on the sign-in page calls the identity provider',
  ),
  oidcRole: setting('GUANXI_OIDC_ROLE', role.default('marketer'), 'Role of who comes by single sign-on the first time'),
  oidcRoleClaim: setting(
    'GUANXI_OIDC_ROLE_CLAIM',
    z.string().min(1).default('groups'),
    'Claim of the identity provider that GUANXI_OIDC_ROLES maps',
  ),
  oidcRoles: setting(
    'GUANXI_OIDC_ROLES',
    claimRoles.optional(),
    'Values of that claim and the roles they give at every sign-on, such as `cdp-admins=administrator,crm=service`; the first that fits counts',
  ),
  apiKey: setting(
    'GUANXI_API_KEY',
    z.string().optional(),
    'API key with which the command line calls the server of `--url`',
  ),
  clickhouseUrl: setting(
    'GUANXI_CLICKHOUSE_URL',
    url(['http:', 'https:']),
    'ClickHouse server (http://user:password@host:8123/database); embedded when absent',
  ),
  clickhouseStoragePolicy: setting(
    'GUANXI_CLICKHOUSE_STORAGE_POLICY',
    z
      .string()
      .regex(/^[A-Za-z0-9_]+$/)
      .optional(),
    'Storage policy of the ClickHouse server under which tables are created: name one on an encrypted disk',
  ),
  clickhouseCluster: setting(
    'GUANXI_CLICKHOUSE_CLUSTER',
    z
      .string()
      .regex(/^[A-Za-z0-9_]+$/)
      .optional(),
    'Cluster name: tables are created sharded',
  ),
  postgresUrl: setting(
    'GUANXI_POSTGRES_URL',
    url(['postgres:', 'postgresql:']),
    'PostgreSQL server; embedded when absent',
  ),
  keyFile: setting(
    'GUANXI_KEY_FILE',
    z.string().min(1).optional(),
    "File of the operator's key, which seals the data; `guanxi.key` in the data folder when absent, made at the first start",
  ),
  key: setting(
    'GUANXI_KEY',
    z.string().min(1).optional(),
    "The operator's key itself (32 bytes in base64) instead of a file; while it is rotated, the new one, a comma and the old one",
  ),
  kafkaBrokers: setting(
    'GUANXI_KAFKA_BROKERS',
    z
      .string()
      .regex(/^[^\s,:]+:\d+(\s*,\s*[^\s,:]+:\d+)*$/, 'must be host:port, separated by commas')
      .optional(),
    'Kafka brokers (host:port, separated by commas) that hold the event log; ClickHouse holds it when absent',
  ),
  kafkaTopic: setting(
    'GUANXI_KAFKA_TOPIC',
    z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,249}$/)
      .default('guanxi-events'),
    'Topic of the event log; created when it is not there',
  ),
  kafkaAcceptTopic: setting(
    'GUANXI_KAFKA_ACCEPT_TOPIC',
    z.stringbool().default(false),
    'Use the topic although its settings lose old events or their order; each fault is logged',
  ),
  kafkaTls: setting(
    'GUANXI_KAFKA_TLS',
    z.stringbool().default(false),
    'Speak TLS with the brokers; NODE_EXTRA_CA_CERTS names a certificate authority of your own',
  ),
  kafkaUser: setting(
    'GUANXI_KAFKA_USER',
    z.string().min(1).optional(),
    'Account at the brokers (SASL), where they ask for one',
  ),
  kafkaPassword: setting('GUANXI_KAFKA_PASSWORD', z.string().optional(), 'Password of that account'),
  kafkaMechanism: setting(
    'GUANXI_KAFKA_MECHANISM',
    z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).default('scram-sha-512'),
    'How that account signs in',
  ),
  demo: setting(
    'GUANXI_DEMO',
    z.union([z.enum(['on', 'off']), z.coerce.number().int().min(1).max(1_000_000)]).default('on'),
    'Whether an empty embedded installation loads the demo brand when it first starts: on, off, or with how many people',
  ),
  backupDir: setting(
    'GUANXI_BACKUP_DIR',
    z.string().min(1).optional(),
    'Folder of backups; the folder backups of GUANXI_DATA when absent',
  ),
  logLevel: setting(
    'GUANXI_LOG_LEVEL',
    z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    'Least severe level that is logged',
  ),
  maxRequestBytes: setting(
    'GUANXI_MAX_REQUEST_BYTES',
    whole(1024, 1 << 30, 4 << 20),
    'Largest event request, after decompression',
  ),
  maxEventBytes: setting('GUANXI_MAX_EVENT_BYTES', whole(1024, 1 << 24, 32 << 10), 'Largest single event'),
  maxUploadBytes: setting(
    'GUANXI_MAX_UPLOAD_BYTES',
    whole(1024, Number.MAX_SAFE_INTEGER, 20 * 2 ** 30),
    'Largest uploaded file',
  ),
  maxPendingEvents: setting(
    'GUANXI_MAX_PENDING_EVENTS',
    whole(100, 1_000_000, 20_000),
    'Events waiting to be on disk before clients are asked to slow down (429)',
  ),
  queryTimeoutSeconds: setting(
    'GUANXI_QUERY_TIMEOUT_SECONDS',
    whole(1, 3600, 30),
    'Longest query the console or API may run',
  ),
  queryMemoryMegabytes: setting(
    'GUANXI_QUERY_MEMORY_MB',
    whole(64, 1_000_000, 1024),
    'Memory that one query of the console or API may take in ClickHouse',
  ),
  maxBodyMegabytes: setting(
    'GUANXI_MAX_BODY_MB',
    whole(8, 100_000, 64),
    'Event requests being read and written at a time, decompressed, before clients are asked to slow down (429)',
  ),
  uploadsDir: setting(
    'GUANXI_UPLOADS',
    z.string().min(1).optional(),
    'Folder of uploaded files; uploads in the data folder when absent. Several processes need one that they share',
  ),
  corsOrigins: setting(
    'GUANXI_CORS_ORIGINS',
    z.string().default('*'),
    'Origins whose pages may send events, separated by commas; * for all',
  ),
} as const;

export type Config = {
  readonly [K in keyof typeof settings]: (typeof settings)[K] extends Setting<infer T> ? T : never;
};

export const isLoopback = (host: string): boolean => ['localhost', '127.0.0.1', '::1', '[::1]'].includes(host);

/** Single sign-on hands secrets to the identity provider and tells it where to send browsers back to. */
function checkSignOn({ oidcIssuer, oidcClientId, host, publicUrl }: Config): void {
  if (!oidcIssuer) return;
  const bad = (message: string) => new UserError('invalid', 'bad_setting', message);
  if (!oidcClientId) throw bad('GUANXI_OIDC_ISSUER needs GUANXI_OIDC_CLIENT_ID');
  const issuer = new URL(oidcIssuer);
  if (issuer.protocol !== 'https:' && !isLoopback(issuer.hostname))
    throw bad('GUANXI_OIDC_ISSUER must be https, unless it is on this machine');
  if (!isLoopback(host) && !publicUrl) throw bad('GUANXI_OIDC_ISSUER needs GUANXI_PUBLIC_URL');
}

/**
 * Read and check the settings, once, at start. Throws one {@link UserError} that names every setting that is wrong.
 * @param env the environment; tests pass their own
 */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const wrong: string[] = [];
  const values = Object.entries(settings).map(([name, { env: variable, schema }]) => {
    const parsed = (schema as z.ZodType).safeParse(env[variable] === '' ? undefined : env[variable]);
    if (!parsed.success) wrong.push(`${variable}: ${parsed.error.issues[0]?.message ?? 'invalid'}`);
    return [name, parsed.data];
  });
  if (wrong.length > 0)
    throw new UserError('invalid', 'bad_setting', `Settings cannot be used: ${wrong.join('; ')}`, {
      remedy: 'Correct these environment variables; docs/settings.md says what each accepts.',
    });
  const config = Object.fromEntries(values) as Config;
  if (config.clickhouseCluster && !config.clickhouseUrl)
    throw new UserError('invalid', 'bad_setting', 'GUANXI_CLICKHOUSE_CLUSTER needs GUANXI_CLICKHOUSE_URL');
  checkSignOn(config);
  return { ...config, dataDir: resolve(config.dataDir) };
}

/** Does something while a variable stands in this process's environment, for an engine that reads it from there. */
export function withVariable<T>(name: string, value: string, work: () => T): T {
  process.env[name] = value;
  try {
    return work();
  } finally {
    delete process.env[name];
  }
}

/** The settings as a Markdown table, for docs/settings.md. */
export function describeSettings(): string {
  const rows = Object.values(settings).map(({ env, schema, meaning }) => {
    const preset = (schema as z.ZodType).safeParse(undefined).data;
    return `| \`${env}\` | ${preset === undefined ? '–' : `\`${String(preset)}\``} | ${meaning} |`;
  });
  return ['| variable | default | meaning |', '|---|---|---|', ...rows].join('\n');
}
