import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import type { Migration, Postgres, Statements } from '../postgres.ts';
import { type OperatorKey, writeWhole } from './keyring.ts';

const base64 = z.base64().transform((text) => Buffer.from(text, 'base64'));

/** The data key, wrapped by one of the operator's keys (AES-256-GCM). */
export const wrappedKey = z.object({
  version: z.literal(1),
  /** Which of the operator's keys opens it. */
  keyId: z.string(),
  nonce: z.base64(),
  sealed: z.base64(),
  tag: z.base64(),
  wrappedAt: z.iso.datetime(),
});
export type WrappedKey = z.infer<typeof wrappedKey>;

const associated = (keyId: string) => Buffer.from(`guanxi data key 1 ${keyId}`);

export function wrap(dataKey: Buffer, key: OperatorKey, now: Date): WrappedKey {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce).setAAD(associated(key.id));
  const sealed = Buffer.concat([cipher.update(dataKey), cipher.final()]);
  return {
    version: 1,
    keyId: key.id,
    nonce: nonce.toString('base64'),
    sealed: sealed.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    wrappedAt: now.toISOString(),
  };
}

/** The data key. Throws `wrong_key` where none of these keys wrapped it, or it was altered. */
export function unwrap(wrapped: WrappedKey, keys: readonly OperatorKey[]): Buffer {
  const key = keys.find(({ id }) => id === wrapped.keyId);
  const wrong = (cause?: unknown) =>
    new UserError('invalid', 'wrong_key', `The data is sealed with the key ${wrapped.keyId}, which is not here`, {
      remedy:
        'Give the key this data was sealed with: its file in GUANXI_KEY_FILE, or its text in GUANXI_KEY. Nothing was changed.',
      ...(cause === undefined ? {} : { cause }),
    });
  if (!key) throw wrong();
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, base64.parse(wrapped.nonce))
      .setAAD(associated(key.id))
      .setAuthTag(base64.parse(wrapped.tag));
    return Buffer.concat([decipher.update(base64.parse(wrapped.sealed)), decipher.final()]);
  } catch (cause) {
    throw wrong(cause);
  }
}

/** Where the wrapped data key is kept: once for all processes that share the data. */
export interface WrappedKeyStore {
  read(): Promise<WrappedKey | null>;
  /** Keeps it where none is kept yet, and answers with the one that is. */
  create(wrapped: WrappedKey): Promise<WrappedKey>;
  replace(wrapped: WrappedKey): Promise<void>;
}

/** Of embedded engines: a file of the data folder, which one process owns. */
export function fileStore(file: string): WrappedKeyStore {
  const read = (): WrappedKey | null => {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
    try {
      return wrappedKey.parse(JSON.parse(text));
    } catch (cause) {
      throw new UserError('invalid', 'sealed_key_damaged', 'The wrapped data key cannot be read', {
        where: file,
        remedy: 'Put this file back from a backup. Nothing was changed.',
        cause,
      });
    }
  };
  const replace = async (wrapped: WrappedKey) => writeWhole(file, `${JSON.stringify(wrapped, null, 2)}\n`);
  return {
    read: async () => read(),
    async create(wrapped) {
      const kept = read();
      if (kept) return kept;
      await replace(wrapped);
      return wrapped;
    },
    replace,
  };
}

const sealedKeyMigrations: readonly Migration[] = [
  {
    id: 'platform-002-sealed-key',
    sql: 'CREATE TABLE sealed_key (one boolean PRIMARY KEY DEFAULT true CHECK (one), wrapped jsonb NOT NULL)',
  },
];

/** Part of the transaction in which a PostgreSQL server is given other data: the wrapped key that opens them. */
export async function adoptSealedKey(statements: Statements, wrapped: WrappedKey): Promise<void> {
  const [found] = await statements.query<{ text: string | null }>(
    "SELECT to_regclass('public.sealed_key')::text AS text",
  );
  for (const { id, sql } of found!.text === null ? sealedKeyMigrations : []) {
    await statements.query(sql);
    await statements.query('INSERT INTO migration (id) VALUES ($1) ON CONFLICT DO NOTHING', [id]);
  }
  await statements.query('DELETE FROM sealed_key');
  await statements.query('INSERT INTO sealed_key (wrapped) VALUES ($1)', [JSON.stringify(wrapped)]);
}

/** Of served engines: a row of PostgreSQL, which every process sees. */
export async function postgresStore(postgres: Postgres): Promise<WrappedKeyStore> {
  await postgres.migrate(sealedKeyMigrations);
  const read = async (): Promise<WrappedKey | null> => {
    const [row] = await postgres.query<{ wrapped: unknown }>('SELECT wrapped FROM sealed_key');
    return row ? wrappedKey.parse(row.wrapped) : null;
  };
  return {
    read,
    async create(wrapped) {
      await postgres.query('INSERT INTO sealed_key (wrapped) VALUES ($1) ON CONFLICT DO NOTHING', [
        JSON.stringify(wrapped),
      ]);
      return (await read())!;
    },
    replace: async (wrapped) => {
      await postgres.query('UPDATE sealed_key SET wrapped = $1', [JSON.stringify(wrapped)]);
    },
  };
}
