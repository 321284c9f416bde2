import { resolve } from 'node:path';
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

/** Every setting there is: its name in the environment, what it accepts, and what it means. */
export const settings = {
  dataDir: setting(
    'GUANXI_DATA',
    z.string().min(1).default('./data'),
    'Folder of the embedded engines, uploads and the lock file',
  ),
  host: setting('GUANXI_HOST', z.string().min(1).default('127.0.0.1'), 'Address to listen on'),
  port: setting('GUANXI_PORT', whole(0, 65535, 3000), 'Port to listen on; 0 takes a free one'),
  publicUrl: setting(
    'GUANXI_PUBLIC_URL',
    url(['http:', 'https:']),
    'Address at which a proxy in front shows the console, where there is one',
  ),
  clickhouseUrl: setting(
    'GUANXI_CLICKHOUSE_URL',
    url(['http:', 'https:']),
    'ClickHouse server (http://user:password@host:8123/database); embedded when absent',
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
  corsOrigins: setting(
    'GUANXI_CORS_ORIGINS',
    z.string().default('*'),
    'Origins whose pages may send events, separated by commas; * for all',
  ),
} as const;

export type Config = {
  readonly [K in keyof typeof settings]: (typeof settings)[K] extends Setting<infer T> ? T : never;
};

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
  return { ...config, dataDir: resolve(config.dataDir) };
}

/** The settings as a Markdown table, for docs/settings.md. */
export function describeSettings(): string {
  const rows = Object.values(settings).map(({ env, schema, meaning }) => {
    const preset = (schema as z.ZodType).safeParse(undefined).data;
    return `| \`${env}\` | ${preset === undefined ? '–' : `\`${String(preset)}\``} | ${meaning} |`;
  });
  return ['| variable | default | meaning |', '|---|---|---|', ...rows].join('\n');
}
