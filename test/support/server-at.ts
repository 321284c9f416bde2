// The server as its users start it, but with a clock that stands still until the parent process moves it, so that several
// servers give the same events the same receive times. usage: node --import tsx server-at.ts, with an IPC channel
import { readConfig } from '@guanxi/engine/platform';
import { startServer } from '@guanxi/server';

let at = Date.UTC(2026, 0, 1);
process.on('message', (message: { now: number }) => {
  at = message.now;
  process.send!({ now: at });
});

const server = await startServer(readConfig(), { clock: { now: () => at } });
process.stdout.write(`Guanxi is ready at ${server.url}\n`);
process.once('SIGTERM', () => void server.close().then(() => process.exit(0)));
