import type { CustomerRow } from '@guanxi/contracts';
import { idArray } from '@guanxi/engine/platform';
import type { Guanxi } from './compose.ts';

export type ExportKind = 'customers' | 'events' | 'nodes' | 'edges' | 'quarantine';
export type ExportRow = Record<string, unknown>;
const PAGE = 1000;

/** All customers, a page at a time. */
export async function* customerPages({ profile }: Guanxi): AsyncGenerator<CustomerRow[]> {
  for (let cursor: string | undefined; ;) {
    const page = await profile.customers({ known: null, order: 'first_seen', limit: 200, cursor });
    yield page.items;
    if (page.next === null) return;
    cursor = page.next;
  }
}

async function* customers(guanxi: Guanxi): AsyncGenerator<ExportRow[]> {
  for await (const page of customerPages(guanxi))
    yield page.map((row) => ({ ...row, identifiers: row.identifiers.map(({ kind, value }) => `${kind}:${value}`) }));
}

async function* quarantine({ ingest }: Guanxi): AsyncGenerator<ExportRow[]> {
  for (let cursor: string | undefined; ;) {
    const page = await ingest.quarantine.list({ status: 'waiting', limit: 500, cursor });
    yield page.items;
    if (page.next === null) return;
    cursor = page.next;
  }
}

/** The log, in order, as it came. */
async function* events({ platform }: Guanxi): AsyncGenerator<ExportRow[]> {
  for (let after = 0; ;) {
    const records = await platform.log.read(after, PAGE);
    if (records.length === 0) return;
    after = records.at(-1)!.seq;
    yield records.map((record) => ({
      ...record,
      receivedAt: new Date(record.receivedAt).toISOString(),
      payload: JSON.parse(record.payload) as unknown,
    }));
  }
}

async function* nodes({ platform }: Guanxi): AsyncGenerator<ExportRow[]> {
  for (let after = '0'; ;) {
    const rows = await platform.clickhouse.query<{ id: string }>(
      `SELECT toString(node.id) AS id, any(type) AS type, any(key) AS key, min(first_seen) AS first_seen, max(last_seen) AS last_seen
       FROM node WHERE node.id > {after:UInt64} GROUP BY node.id ORDER BY node.id LIMIT ${PAGE}`,
      { after },
    );
    if (rows.length === 0) return;
    after = rows.at(-1)!.id;
    const persons = await platform.clickhouse.query<{ anchor: string; person: string }>(
      'SELECT toString(anchor) AS anchor, toString(argMax(person, version)) AS person FROM person_alias WHERE anchor IN {ids:Array(UInt64)} GROUP BY person_alias.anchor',
      { ids: idArray(rows.map((row) => row.id)) },
    );
    const personOf = new Map(persons.map((row) => [row.anchor, row.person]));
    yield rows.map((row) => ({ ...row, person: personOf.get(row.id) ?? null }));
  }
}

async function* edges({ platform }: Guanxi): AsyncGenerator<ExportRow[]> {
  for (let after = { from: '0', type: '', to: '0' }; ;) {
    const rows = await platform.clickhouse.query<{ from: string; type: string; to: string }>(
      `SELECT toString(node) AS from, type, toString(other) AS to, sum(count) AS count, sum(weight) AS weight, min(first) AS first, max(last) AS last
       FROM adjacency WHERE direction = 'out' AND (node, type, other) > ({from:UInt64}, {type:String}, {to:UInt64})
       GROUP BY node, adjacency.type, other ORDER BY node, adjacency.type, other LIMIT ${PAGE}`,
      after,
    );
    if (rows.length === 0) return;
    const { from, type, to } = rows.at(-1)!;
    after = { from, type, to };
    yield rows;
  }
}

const EXPORTS: Readonly<Record<ExportKind, (guanxi: Guanxi) => AsyncGenerator<ExportRow[]>>> = {
  customers,
  events,
  nodes,
  edges,
  quarantine,
};

/** Everything of one kind, a page at a time, so that memory stays bounded however much there is. */
export function exportRows(what: ExportKind, guanxi: Guanxi): AsyncGenerator<ExportRow[]> {
  return EXPORTS[what](guanxi);
}
