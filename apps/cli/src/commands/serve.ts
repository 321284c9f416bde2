import { readConfig } from '@guanxi/engine/platform';
import type { Messages } from '../language.ts';

/** `guanxi serve`: runs until it is told to stop. */
export async function serveCommand(options: { port?: string; data?: string }, text: Messages): Promise<void> {
  const env = {
    ...process.env,
    ...(options.port ? { GUANXI_PORT: options.port } : {}),
    ...(options.data ? { GUANXI_DATA: options.data } : {}),
  };
  const { startServer } = await import('@guanxi/server');
  const server = await startServer(readConfig(env), { demoIfNew: true });
  console.log(text.serve.ready(server.url));
  if (server.setUpCode) console.log(text.serve.setUpCode(server.setUpCode));
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  await server.close();
}
