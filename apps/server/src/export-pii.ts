import { createHash } from 'node:crypto';
import type { RequestOf, Endpoints, CustomerRow } from '@guanxi/contracts';
import type { Caller } from '@guanxi/engine/access';
import { UserError } from '@guanxi/engine/platform';
import { anonymous, quasiAttributes } from './anonymous.ts';
import type { Guanxi } from './compose.ts';
import { customerPages, type ExportKind, exportRows, type ExportRow } from './export.ts';
import { classesOfKinds, type Masks } from './masking/index.ts';

type ExportQuery = RequestOf<Endpoints['export']>['query'];

/** Rows of a file, and what its reader should know about them. */
export interface ExportFile {
  readonly pages: AsyncIterable<ExportRow[]>;
  readonly headers: Readonly<Record<string, string>>;
}

const text = (value: unknown) => String(value ?? '');

/** Each kind of export by what its rows hold; a column that is not named holds nothing of customers. */
const maskedRow: Record<ExportKind, (row: ExportRow, masks: Masks) => ExportRow> = {
  customers: (row, masks) => ({
    ...row,
    name: masks.person(text(row['name'])),
    identifiers: (row['identifiers'] as string[]).map((both) => {
      const kind = both.slice(0, both.indexOf(':'));
      return `${kind}:${masks.identifier(kind, both.slice(kind.length + 1))}`;
    }),
  }),
  events: (row, masks) => ({ ...row, payload: masks.json(row['payload']) }),
  nodes: (row, masks) => ({
    ...row,
    key: row['type'] === 'person' ? masks.person(text(row['key'])) : masks.text(text(row['key'])),
  }),
  edges: (row) => row,
  quarantine: (row, masks) => ({
    ...row,
    name: masks.text(text(row['name'])),
    message: masks.text(text(row['message'])),
    raw: masks.jsonText(text(row['raw'])),
  }),
};

async function* changed(
  pages: AsyncIterable<ExportRow[]>,
  change: (row: ExportRow) => ExportRow,
): AsyncGenerator<ExportRow[]> {
  for await (const page of pages) yield page.map(change);
}

const hashOf = (value: string, salt: string) => createHash('sha256').update(salt).update(value).digest('hex');

/**
 * A row as advertising platforms match it: SHA-256, in hexadecimal, of the phone in E.164 and the e-mail in lower case,
 * the forms in which One-ID keeps them.
 */
function hashedRow(row: CustomerRow, personal: readonly string[], salt: string): ExportRow {
  const hashes = personal.map((kind) => [
    `${kind}_sha256`,
    row.identifiers
      .filter((identifier) => identifier.kind === kind)
      .map(({ value }) => hashOf(value, salt))
      .join(' '),
  ]);
  return { id: row.id, ...Object.fromEntries(hashes), known: row.known, events: row.events };
}

const onlyCustomers = (what: ExportKind, how: string) => {
  if (what !== 'customers')
    throw new UserError('invalid', 'only_customers', `Only customers are exported ${how}`, { where: 'what' });
};

async function* hashed(guanxi: Guanxi, salt: string): AsyncGenerator<ExportRow[]> {
  const personal = [...classesOfKinds(guanxi.identity.rules())]
    .filter(([, piiClass]) => piiClass === 'personal')
    .map(([kind]) => kind);
  for await (const page of customerPages(guanxi)) yield page.map((row) => hashedRow(row, personal, salt));
}

async function kAnonymous(guanxi: Guanxi, k: number): Promise<ExportFile> {
  const details = async function* () {
    for await (const page of customerPages(guanxi)) yield guanxi.profile.details(page.map(({ id }) => id));
  };
  const file = await anonymous(details(), quasiAttributes(guanxi.graph.ontology()), k);
  const pages = async function* () {
    for (let at = 0; at < file.rows.length; at += 1000) yield file.rows.slice(at, at + 1000);
  };
  return {
    pages: pages(),
    headers: {
      'x-guanxi-k': String(k),
      'x-guanxi-k-reached': String(file.reached),
      'x-guanxi-rows': String(file.rows.length),
      'x-guanxi-suppressed': String(file.suppressed),
    },
  };
}

/** Plain values leave only for a reason and with the right to see them, and after that was written down. */
async function allowPlain(what: ExportKind, reason: string | undefined, guanxi: Guanxi, caller: Caller): Promise<void> {
  if (!caller.permissions.has('pii.reveal'))
    throw new UserError('forbidden', 'not_allowed', 'Plain personal data needs the permission pii.reveal', {
      where: 'pii',
      remedy: 'Export it masked or hashed, or ask an administrator.',
    });
  if ((reason ?? '').trim().length < 5)
    throw new UserError('invalid', 'no_reason', 'Plain personal data is exported for a reason', {
      where: 'reason',
      remedy: 'Say in a few words what the file is for.',
    });
  await guanxi.audit.record({
    actor: caller.actor,
    action: 'pii.export',
    subject: what,
    outcome: 'done',
    detail: { reason: guanxi.masking.masks().text(reason!) },
  });
}

/** The rows of an export with as much of people as was asked for and is allowed. */
export async function exportFile(
  what: ExportKind,
  { pii, k, salt, reason }: ExportQuery,
  guanxi: Guanxi,
  caller: Caller,
): Promise<ExportFile> {
  if (k !== undefined) {
    onlyCustomers(what, 'k-anonymously');
    return kAnonymous(guanxi, k);
  }
  if (pii === 'hashed') {
    onlyCustomers(what, 'hashed');
    return { pages: hashed(guanxi, salt ?? ''), headers: {} };
  }
  if (pii === 'plain') {
    await allowPlain(what, reason, guanxi, caller);
    return { pages: exportRows(what, guanxi), headers: {} };
  }
  const masks = guanxi.masking.masks();
  return { pages: changed(exportRows(what, guanxi), (row) => maskedRow[what](row, masks)), headers: {} };
}
