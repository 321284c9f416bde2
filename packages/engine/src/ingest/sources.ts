import { randomBytes } from 'node:crypto';
import type { SourceMend } from '@guanxi/contracts';
import {
  type Migration,
  type Platform,
  type Postgres,
  reloadOn,
  type TextCipher,
  UserError,
} from '../platform/index.ts';
import { checkMends } from './mend.ts';

/** A source as it is configured, without its figures. */
export interface SourceConfig {
  readonly id: string;
  readonly name: string;
  readonly kind: 'sdk' | 'file';
  /** Empty for files. */
  readonly writeKey: string;
  readonly enabled: boolean;
  readonly mends: readonly SourceMend[];
  readonly createdAt: Date;
  /** Its events are made up to show the product. */
  readonly generated: boolean;
}

export interface SourcePatch {
  readonly name?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly mends?: readonly SourceMend[] | undefined;
}

export interface SourceStore {
  all(): readonly SourceConfig[];
  byId(id: string): SourceConfig | null;
  byWriteKey(key: string): SourceConfig | null;
  create(name: string, kind: SourceConfig['kind']): Promise<SourceConfig>;
  update(id: string, patch: SourcePatch): Promise<SourceConfig>;
  /** The source of that name for files; made where there is none. */
  ensureFile(name: string): Promise<SourceConfig>;
  /** The source of that name for made-up events; made where there is none. */
  ensureGenerated(name: string, kind: SourceConfig['kind']): Promise<SourceConfig>;
  /** Forgets the sources of made-up events; their events must be gone. */
  removeGenerated(): Promise<void>;
}

const migrations: readonly Migration[] = [
  {
    id: 'ingest-001-source',
    sql: `CREATE TABLE source (
      id text PRIMARY KEY, name text NOT NULL, kind text NOT NULL, write_key text NOT NULL, enabled boolean NOT NULL DEFAULT true,
      mends jsonb NOT NULL DEFAULT '[]', created_at timestamptz NOT NULL);
    CREATE UNIQUE INDEX source_write_key ON source (write_key) WHERE write_key <> '';
    CREATE UNIQUE INDEX source_file_name ON source (name) WHERE kind = 'file'`,
  },
  {
    id: 'ingest-002-source-generated',
    sql: `ALTER TABLE source ADD COLUMN generated boolean NOT NULL DEFAULT false;
    DROP INDEX source_file_name;
    CREATE UNIQUE INDEX source_file_name ON source (name) WHERE kind = 'file' AND NOT generated;
    CREATE UNIQUE INDEX source_generated_name ON source (name) WHERE generated`,
  },
];

interface SourceRow {
  id: string;
  name: string;
  kind: SourceConfig['kind'];
  write_key: string;
  enabled: boolean;
  /** Sealed; an empty list of a new source is one. */
  mends: string | SourceMend[];
  created_at: Date;
  generated: boolean;
}

const DEFAULT_ID = 'default';
const DEFAULT_NAME = '默认来源 Default';
const toSource = (row: SourceRow, cipher: TextCipher): SourceConfig => ({
  id: row.id,
  name: cipher.open(row.name),
  kind: row.kind,
  writeKey: row.write_key,
  enabled: row.enabled,
  mends: typeof row.mends === 'string' ? (JSON.parse(cipher.open(row.mends)) as SourceMend[]) : row.mends,
  createdAt: row.created_at,
  generated: row.generated,
});
const noSuchSource = () => new UserError('not_found', 'no_such_source', 'There is no such source');

/** Told when a source was made or changed. */
const SOURCES = 'sources';

const sealedMends = (mends: readonly SourceMend[], cipher: TextCipher) =>
  JSON.stringify(cipher.seal(JSON.stringify(mends)));

/** What a version that did not seal wrote is sealed: names may be those of files, mends put customers' values in place of others. */
async function sealOlder(postgres: Postgres, cipher: TextCipher): Promise<void> {
  const rows = await postgres.query<Pick<SourceRow, 'id' | 'name' | 'mends'>>('SELECT id, name, mends FROM source');
  const older = rows.filter(({ name }) => !isSealed(name, cipher));
  if (older.length === 0) return;
  for (const { id, name, mends } of older)
    await postgres.query('UPDATE source SET name = $2, mends = $3 WHERE id = $1 AND name = $4', [
      id,
      cipher.seal(name),
      typeof mends === 'string' ? JSON.stringify(mends) : sealedMends(mends, cipher),
      name,
    ]);
  await postgres.purge(['source']);
}

function isSealed(text: string, cipher: TextCipher): boolean {
  try {
    cipher.open(text);
    return true;
  } catch {
    return false;
  }
}

/** Sources in PostgreSQL, all of them in memory: a write key is looked up for every request. */
export async function openSources(platform: Platform): Promise<SourceStore> {
  const { postgres, clock, signals, vault } = platform;
  const cipher = vault.cipher('sources');
  await postgres.migrate(migrations);
  await sealOlder(postgres, cipher);
  const byId = new Map<string, SourceConfig>();
  const byKey = new Map<string, SourceConfig>();
  const keep = (row: SourceRow): SourceConfig => {
    const source = toSource(row, cipher);
    byId.set(source.id, source);
    if (source.writeKey) byKey.set(source.writeKey, source);
    return source;
  };
  const forget = (id: string) => {
    byKey.delete(byId.get(id)?.writeKey ?? '');
    byId.delete(id);
  };
  const insert = async (
    id: string,
    name: string,
    kind: SourceConfig['kind'],
    generated = false,
  ): Promise<SourceConfig | null> => {
    const writeKey = kind === 'sdk' ? randomBytes(16).toString('hex') : '';
    const [row] = await postgres.query<SourceRow>(
      `INSERT INTO source (id, name, kind, write_key, created_at, generated) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING *`,
      [id, cipher.seal(name), kind, writeKey, new Date(clock.now()), generated],
    );
    if (!row) return null;
    const source = keep(row);
    await signals.publish(SOURCES);
    return source;
  };
  const load = async () => {
    const before = new Set(byId.keys());
    for (const row of await postgres.query<SourceRow>('SELECT * FROM source ORDER BY created_at, id')) {
      keep(row);
      before.delete(row.id);
    }
    // Removed by another process.
    for (const id of before) forget(id);
  };
  const create = async (name: string, kind: SourceConfig['kind']) =>
    (await insert(randomBytes(8).toString('hex'), name, kind))!;
  const fileSource = (name: string) =>
    [...byId.values()].find((source) => source.kind === 'file' && !source.generated && source.name === name);
  const generatedSource = (name: string) =>
    [...byId.values()].find((source) => source.generated && source.name === name);

  reloadOn(platform, SOURCES, load);
  await load();
  // Where another process has just made it, it is loaded.
  if (byId.size === 0 && !(await insert(DEFAULT_ID, DEFAULT_NAME, 'sdk'))) await load();
  return {
    all: () => [...byId.values()],
    byId: (id) => byId.get(id) ?? null,
    byWriteKey: (key) => byKey.get(key) ?? null,
    create,
    async update(id, { name, enabled, mends }) {
      if (!byId.has(id)) throw noSuchSource();
      if (mends) checkMends(mends);
      const taken = [...byId.values()].some((other) => other.id !== id && other.kind === 'file' && other.name === name);
      if (taken && byId.get(id)!.kind === 'file')
        throw new UserError('conflict', 'name_taken', 'Another file source has this name', { where: 'name' });
      const [row] = await postgres.query<SourceRow>(
        `UPDATE source SET name = coalesce($2, name), enabled = coalesce($3, enabled), mends = coalesce($4::jsonb, mends)
         WHERE id = $1 RETURNING *`,
        [id, name === undefined ? null : cipher.seal(name), enabled ?? null, mends ? sealedMends(mends, cipher) : null],
      );
      if (!row) throw noSuchSource();
      const source = keep(row);
      await signals.publish(SOURCES);
      return source;
    },
    async ensureFile(name) {
      const known = fileSource(name);
      if (known) return known;
      const made = await insert(randomBytes(8).toString('hex'), name, 'file');
      if (made) return made;
      await load();
      return fileSource(name)!;
    },
    async ensureGenerated(name, kind) {
      const known = generatedSource(name);
      if (known) return known;
      const made = await insert(randomBytes(8).toString('hex'), name, kind, true);
      if (made) return made;
      await load();
      return generatedSource(name)!;
    },
    async removeGenerated() {
      const gone = await postgres.query<SourceRow>('DELETE FROM source WHERE generated RETURNING *');
      for (const { id } of gone) forget(id);
      await signals.publish(SOURCES);
    },
  };
}
