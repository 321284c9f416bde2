// Moves the data of GUANXI_DATA to servers as the command line does, a few rows a page, and dies as by kill -9 once so
// many rows have been moved, or so many milliseconds later. usage: node --import tsx migrate-until-killed.ts CLICKHOUSE
// CLUSTER POSTGRES ROWS LATER; CLUSTER may be empty, without ROWS it lives to the end
import { readConfig } from '@guanxi/engine/platform';
import { migrateEngine } from '@guanxi/server';

const [clickhouseUrl, cluster, postgresUrl, rows, later] = process.argv.slice(2);
const die = () => process.kill(process.pid, 'SIGKILL');
let first: number | null = null;
const moved = await migrateEngine(
  readConfig(),
  { clickhouseUrl, clickhouseCluster: cluster || undefined, postgresUrl },
  (done) => {
    first ??= done;
    if (!rows || done - first < Number(rows)) return;
    if (Number(later) > 0) setTimeout(die, Number(later));
    else die();
  },
  { pageRows: 100 },
).catch((error: { code?: string; message: string; where?: string }) => ({
  refused: error.code ?? error.message,
  where: error.where,
}));
process.stdout.write(`${JSON.stringify(moved)}\n`);
process.exit(0);
