import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startServerProcess } from '../support/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'guanxi-stop-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a request that was under way when the server is told to end is answered, and what it sent is there afterwards', async () => {
  const server = await startServerProcess(folder);
  const { writeKey } = (await server.api.sources()).items.find(({ kind }) => kind === 'sdk')!;
  const { hostname, port } = new URL(server.url);
  const body = JSON.stringify({ type: 'track', event: 'Last Words', userId: 'u1' });
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk)));
  socket.write(
    `POST /v1/track HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Basic ${btoa(`${writeKey}:`)}\r\n` +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 10)}`,
  );
  // It has been read as far as it goes: the next one on another connection is answered.
  await server.api.status();
  const ended = server.stop();
  await new Promise((done) => setTimeout(done, 100));
  socket.write(body.slice(10));
  await ended;
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);

  const again = await startServerProcess(folder);
  try {
    await expect
      .poll(async () => (await again.api.events({ query: {} })).items.map(({ name }) => name), { timeout: 20_000 })
      .toContain('Last Words');
  } finally {
    await again.stop();
  }
}, 60_000);
