// Runs the embedded PostgreSQL off the main thread and serves it on a socket, so that one driver fits both engines.
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

const db = await PGlite.create({ dataDir: workerData.folder, postgresqlconf: ['shared_buffers = 16MB'] });
const server = new PGLiteSocketServer({ db, path: workerData.socket, maxConnections: 20 });
await server.start();
parentPort.on('message', async () => {
  await server.stop();
  await db.close();
  parentPort.postMessage('closed');
});
parentPort.postMessage('ready');
