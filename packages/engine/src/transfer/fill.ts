import { type Statements, UserError } from '../platform/index.ts';
import type { RowsOf } from './cargo.ts';
import { type Digest, digestOf, emptyDigest, sameDigest } from './digest.ts';
import { type PostgresSchema, readRows, writeRows } from './postgres-schema.ts';

/** Throws `transfer_differs`. */
export function compareDigests(key: string, sent: Digest, found: Digest): void {
  if (sameDigest(sent, found)) return;
  throw new UserError('conflict', 'transfer_differs', 'What arrived is not what was sent', {
    where: `${key}: ${sent.rows} rows sent, ${found.rows} found`,
    remedy: 'Empty the target and begin again.',
  });
}

/** Makes the tables of a schema in a transaction, fills them, reads them back and compares. Throws `transfer_differs`. */
export async function fillPostgres(
  statements: Statements,
  { schema, rowsOf, moved }: { schema: PostgresSchema; rowsOf: RowsOf; moved: (rows: number) => void },
): Promise<void> {
  for (const sql of schema.before) await statements.query(sql);
  for (const { name, columns } of schema.tables) {
    const pages = rowsOf(name, columns);
    if (pages === null) continue;
    let sent = emptyDigest;
    for await (const lines of pages) {
      await writeRows(statements, name, columns, lines);
      sent = digestOf(lines, sent);
      moved(lines.length);
    }
    let found = emptyDigest;
    for await (const lines of readRows(statements, name, columns)) found = digestOf(lines, found);
    compareDigests(`postgres/${name}`, sent, found);
  }
  for (const sql of schema.after) await statements.query(sql);
}
