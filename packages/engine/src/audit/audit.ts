import type { ActorRef, AuditEntry, AuditOutcome, AuditVerdict } from '@guanxi/contracts';
import { type Platform, type Statements, UserError } from '../platform/index.ts';
import { append, type AuditRecord, type Chain, lockChain, type Pending, pendingOf } from './append.ts';
import { hashOfLink, type Link, storable, toEntry } from './chain.ts';
import { auditMigrations } from './schema.ts';

export interface AuditQuery {
  /** Anywhere in action, actor or subject. */
  readonly text?: string | undefined;
  readonly action?: string | undefined;
  /** Id of the actor. */
  readonly actor?: string | undefined;
  readonly subject?: string | undefined;
  /** ISO 8601, both included. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Who did what, in a chain of hashes to which entries can only be added. */
export interface Audit {
  /** Appends one entry; resolves when durable. Never put customers' values in `detail`. */
  record(entry: AuditRecord): Promise<void>;
  /** Newest first. Throws `bad_cursor`. */
  search(query: AuditQuery): Promise<{ items: AuditEntry[]; next: string | null }>;
  /** Reads the whole chain and finds the first entry that is altered, missing or out of place. */
  verify(): Promise<AuditVerdict>;
  /** How many entries are older than an instant (milliseconds); `remove` removes them and keeps the chain whole. */
  older(before: number): Promise<number>;
  removeOlder(before: number): Promise<number>;
}

interface Row {
  seq: string;
  at: string;
  actor_kind: ActorRef['kind'];
  actor_id: string;
  actor_name: string;
  action: string;
  subject: string | null;
  outcome: AuditOutcome;
  detail: string;
  hash: string;
}

const linkOf = (row: Row): Link => ({
  seq: Number(row.seq),
  at: Number(row.at),
  actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
  action: row.action,
  subject: row.subject,
  outcome: row.outcome,
  detail: row.detail,
});

const VERIFY_PAGE = 5000;
/** Entries appended by one transaction at most. */
const GROUP = 500;

const likeText = (text: string) => `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;

function conditionsOf(query: AuditQuery): { where: string; params: unknown[] } {
  const params: unknown[] = [];
  const tests: string[] = [];
  const test = (value: unknown, sql: (place: string) => string) => {
    if (value === undefined || value === '') return;
    params.push(value);
    tests.push(sql(`$${params.length}`));
  };
  test(query.text?.trim() && likeText(storable(query.text.trim())), (p) => {
    const fields = ['action', 'actor_id', 'actor_name', "coalesce(subject, '')"];
    return `(${fields.map((field) => `lower(${field}) LIKE ${p}`).join(' OR ')})`;
  });
  test(query.action && storable(query.action), (p) => `action = ${p}`);
  test(query.actor && storable(query.actor), (p) => `actor_id = ${p}`);
  test(query.subject && storable(query.subject), (p) => `subject = ${p}`);
  test(query.from && Date.parse(query.from), (p) => `at >= ${p}`);
  test(query.to && Date.parse(query.to), (p) => `at <= ${p}`);
  if (query.cursor !== undefined && !/^\d{1,15}$/.test(query.cursor))
    throw new UserError('invalid', 'bad_cursor', 'The page mark is not one this server gave', { where: 'cursor' });
  test(query.cursor, (p) => `seq < ${p}::bigint`);
  return { where: tests.length === 0 ? 'true' : tests.join(' AND '), params };
}

async function search(
  { postgres }: Platform,
  query: AuditQuery,
): Promise<{ items: AuditEntry[]; next: string | null }> {
  const { where, params } = conditionsOf(query);
  const rows = await postgres.query<Row>(
    `SELECT * FROM audit_entry WHERE ${where} ORDER BY seq DESC LIMIT $${params.length + 1}`,
    [...params, query.limit + 1],
  );
  const shown = rows.slice(0, query.limit);
  return {
    items: shown.map((row) => toEntry(linkOf(row), row.hash)),
    next: rows.length > query.limit ? shown.at(-1)!.seq : null,
  };
}

const chainOf = async (postgres: Statements, after: number | null) => {
  const [row] = await postgres.query<Chain & { more: boolean }>(
    `SELECT first_seq, base, last_seq, head, EXISTS (SELECT FROM audit_entry WHERE $1::bigint IS NULL OR seq > $1) AS more
     FROM audit_chain`,
    [after],
  );
  return row ?? null;
};

/** Follows the chain to its end of now; what is appended meanwhile is followed too. */
async function verify(platform: Platform): Promise<AuditVerdict> {
  const { postgres } = platform;
  const start = await chainOf(postgres, null);
  if (!start) return { entries: 0, intact: false, brokenAt: 1, since: null, head: '' };
  let expected = Number(start.first_seq);
  let previous = start.base;
  let entries = 0;
  let since: string | null = null;
  const broken = async (at: number, head: string): Promise<AuditVerdict> => {
    // Retention may have taken the front away meanwhile: then it is looked at again.
    const now = await chainOf(postgres, null);
    if (now && now.first_seq !== start.first_seq) return verify(platform);
    return { entries, intact: false, brokenAt: at, since, head };
  };
  for (let after: number | null = null; ;) {
    const rows: Row[] = await postgres.query<Row>(
      `SELECT * FROM audit_entry WHERE $1::bigint IS NULL OR seq > $1 ORDER BY seq LIMIT ${VERIFY_PAGE}`,
      [after],
    );
    for (const row of rows) {
      const link = linkOf(row);
      if (link.seq !== expected || hashOfLink(link, previous) !== row.hash)
        return broken(Math.min(link.seq, expected), start.head);
      since ??= new Date(link.at).toISOString();
      previous = row.hash;
      expected++;
      entries++;
    }
    after = rows.length > 0 ? expected - 1 : after;
    const end = await chainOf(postgres, after);
    if (end?.more) continue;
    if (end?.head !== previous || Number(end.last_seq) !== expected - 1) return broken(expected, end?.head ?? '');
    return { entries, intact: true, brokenAt: null, since, head: previous };
  }
}

/** The entries up to the newest that is older; entries are in order of time but for what a clock was set back. */
const lastOlder = async (statements: Statements, before: number): Promise<number> => {
  const [row] = await statements.query<{ seq: string | null }>(
    `SELECT min(seq) - 1 AS seq FROM audit_entry WHERE at >= $1`,
    [before],
  );
  if (row!.seq !== null) return Number(row!.seq);
  const [all] = await statements.query<{ seq: string | null }>('SELECT max(seq) AS seq FROM audit_entry');
  return Number(all!.seq ?? 0);
};

function removeOlder({ postgres }: Platform, before: number): Promise<number> {
  return postgres.transaction(async (statements) => {
    await lockChain(statements);
    const upTo = await lastOlder(statements, before);
    const [kept] = await statements.query<{ hash: string }>('SELECT hash FROM audit_entry WHERE seq = $1', [upTo]);
    if (!kept) return 0;
    await statements.query("SELECT set_config('guanxi.audit_expire', $1, true)", [String(upTo)]);
    const gone = await statements.query('DELETE FROM audit_entry WHERE seq <= $1 RETURNING seq', [upTo]);
    await statements.query('UPDATE audit_chain SET first_seq = $1, base = $2', [upTo + 1, kept.hash]);
    return gone.length;
  });
}

/** The audit log of a platform: makes its table. */
export async function createAudit(platform: Platform): Promise<Audit> {
  const { postgres, clock } = platform;
  await postgres.migrate(auditMigrations);
  let waiting: { entry: Pending; resolve: () => void; reject: (error: unknown) => void }[] = [];
  let running = false;
  // What is recorded while a transaction is under way shares the next one.
  const drain = async () => {
    running = true;
    while (waiting.length > 0) {
      const group = waiting.slice(0, GROUP);
      waiting = waiting.slice(GROUP);
      await postgres
        .transaction((statements) =>
          append(
            group.map(({ entry }) => entry),
            statements,
          ),
        )
        .then(
          () => group.forEach(({ resolve }) => resolve()),
          (error: unknown) => group.forEach(({ reject }) => reject(error)),
        );
    }
    running = false;
  };
  return {
    record: (entry) =>
      new Promise((resolve, reject) => {
        waiting.push({ entry: pendingOf(entry, clock.now()), resolve, reject });
        if (!running) void drain();
      }),
    search: (query) => search(platform, query),
    verify: () => verify(platform),
    async older(before) {
      const upTo = await lastOlder(postgres, before);
      const [row] = await postgres.query<{ count: string }>(
        'SELECT count(*) AS count FROM audit_entry WHERE seq <= $1',
        [upTo],
      );
      return Number(row!.count);
    },
    removeOlder: (before) => removeOlder(platform, before),
  };
}
