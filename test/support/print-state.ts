// Opens the data that the settings name, waits until everything is derived, and prints every derived table as a hash with
// its number of rows. usage: node --import tsx print-state.ts [PLACE]; with a place, the log is cut there first
import { createHash } from 'node:crypto';
import { readConfig } from '@guanxi/engine/platform';
import { startServer } from '@guanxi/server';
import { derivedState } from '../rebuild/state.ts';

const { guanxi, close } = await startServer({ ...readConfig(), port: 0 });
const { log } = guanxi.platform;
const place = Number(process.argv[2] ?? Infinity);
if (log.head() > place) {
  await guanxi.river.waitFor(log.head());
  await log.erase(Array.from({ length: log.head() - place }, (_, n) => place + 1 + n));
  await guanxi.river.rebuild();
}
await guanxi.river.waitFor(log.head());
const state = Object.entries(await derivedState(guanxi)).map(([table, rows]) => [
  table,
  `${rows.length} rows ${createHash('sha256').update(rows.join('\n')).digest('hex')}`,
]);
const { accepted, duplicates } = guanxi.river.state();
const quarantined = await guanxi.ingest.quarantine.count();
const sources = (await guanxi.ingest.sources.list()).map(({ id, name, writeKey }) => ({ id, name, writeKey }));
await close();
process.stdout.write(
  `${JSON.stringify({ ...Object.fromEntries(state), accepted, duplicates, quarantined, sources, rules: guanxi.identity.rules() })}\n`,
);
process.exit(0);
