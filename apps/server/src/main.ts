import { readConfig, UserError } from '@guanxi/engine/platform';
import { startServer } from './server.ts';

function fail(error: unknown): never {
  const text =
    error instanceof UserError
      ? [error.message, error.where, error.remedy].filter(Boolean).join('\n  ')
      : error instanceof Error
        ? error.stack
        : String(error);
  process.stderr.write(`guanxi: ${text}\n`);
  process.exit(1);
}

const server = await startServer(readConfig(), { demoIfNew: true }).catch(fail);
process.stdout.write(`Guanxi is ready at ${server.url}\n`);
if (server.setUpCode) process.stdout.write(`Code for the first administrator: ${server.setUpCode}\n`);

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (stopping) process.exit(1);
    stopping = true;
    server.close().then(() => process.exit(0), fail);
  });
