// Runs inside a child process: turns the embedded engine's library into a ClickHouse server that listens.
// usage: node clickhouse-child.mjs LIBRARY FOLDER CONFIG_FILE
import { createRequire } from 'node:module';

const { DataType, load, open } = createRequire(new URL('../../packages/engine/package.json', import.meta.url))(
  'ffi-rs',
);
const [library, folder, configFile] = process.argv.slice(2);

// The parent holds the other end of standard input: when it is gone, however it ended, so is the server.
process.stdin.resume();
process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL'));

const args = [
  'clickhouse',
  `--path=${folder}`,
  `--config-file=${configFile}`,
  '--multiquery',
  '--query',
  // The endless query keeps the engine alive; it wakes every three seconds and computes nothing.
  `SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP;
   SELECT sleepEachRow(3) FROM system.numbers FORMAT Null
   SETTINGS function_sleep_max_microseconds_per_block = 0, max_block_size = 1`,
];
open({ library: 'chdb', path: library });
await load({
  library: 'chdb',
  funcName: 'chdb_query_cmdline',
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [args.length, args],
  runInNewThread: true,
});
process.exit(1);
