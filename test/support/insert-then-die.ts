// Runs in a child process: inserts twenty rows under twenty tokens into a table on the encrypted disk, prints how many
// rows there are, and dies at once. usage: node --import tsx insert-then-die.ts FOLDER
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedClickHouse } from '../../packages/engine/src/platform/index.ts';

const root = process.argv[2]!;
const disk = { folder: join(root, 'sealed'), key: Buffer.alloc(32, 7) };
const clickhouse = await openEmbeddedClickHouse(join(root, 'clickhouse'), disk);
await clickhouse.create([
  {
    name: 'told',
    columns: { n: 'UInt64' },
    engine: 'MergeTree',
    orderBy: ['n'],
    shardBy: 'n',
    persons: [],
    durable: true,
  },
]);
for (let n = 0; n < 20; n++) await clickhouse.insert('told', [{ n }], { token: `token ${n}` });
const [row] = await clickhouse.query<{ rows: number }>('SELECT count() AS rows FROM told');
writeSync(1, `${row!.rows}\n`);
process.kill(process.pid, 'SIGKILL');
