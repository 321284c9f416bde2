// More than can be held is refused before it is read, and what is refused costs no memory.
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gate, startGate } from '../../../../test/sdk/gate.ts';

let gate: Gate;
const sockets = new Set<Socket>();
beforeAll(async () => {
  gate = await startGate({ logLevel: 'silent', maxBodyMegabytes: 8, maxRequestBytes: 4 << 20, maxPendingEvents: 1000 });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await gate.close();
});

const post = (body: string | Buffer) =>
  fetch(`${gate.url}/v1/batch`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${gate.writeKey}:`)}` },
    body,
  });
const track = (n: number) => ({ type: 'track', event: 'X', userId: 'u', messageId: `m${n}` });

/** A client that says it will send three megabytes, and takes its time. */
async function slowClient(): Promise<Socket> {
  const { hostname, port } = new URL(gate.url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  sockets.add(socket);
  socket.write(`POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: ${3 << 20}\r\n\r\n{`);
  await new Promise((done) => setTimeout(done, 100));
  return socket;
}

test('bodies that are announced count before they are read; room comes back with the end of their connections', async () => {
  const slow = [await slowClient(), await slowClient()];
  const large = JSON.stringify({ batch: [{ ...track(1), properties: { x: 'y'.repeat(2.5 * 2 ** 20) } }] });
  const refused = await post(large);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  expect(await refused.json()).toMatchObject({ code: 'busy' });
  expect((await post(JSON.stringify({ batch: [track(2)] }))).status).toBe(200);
  for (const socket of slow) socket.destroy();
  await expect.poll(async () => (await post(large)).status).toBe(200);
});

test('a body that grows when it is decompressed counts as what it becomes', async () => {
  const slow = [await slowClient(), await slowClient()];
  const packed = gzipSync(JSON.stringify({ batch: [track(3)], padding: ' '.repeat(3 << 20) }));
  expect(packed.length).toBeLessThan(10_000);
  expect((await post(packed)).status).toBe(429);
  for (const socket of slow) socket.destroy();
  await expect.poll(async () => (await post(packed)).status).toBe(200);
});

test('a burst of many times what may wait is answered with 200 and 429 alone, and every 200 is in the log', async () => {
  gate.mark();
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, request) =>
      post(JSON.stringify({ batch: Array.from({ length: 100 }, (_, n) => track(1000 + request * 100 + n)) })),
    ),
  );
  const accepted = answers.filter(({ status }) => status === 200).length;
  const busy = answers.filter(({ status }) => status === 429);
  expect(accepted + busy.length).toBe(100);
  expect(busy.length).toBeGreaterThan(0);
  for (const { headers } of busy) expect(headers.get('retry-after')).toBe('1');
  expect(await gate.events()).toHaveLength(accepted * 100);
  expect(gate.platform.log.pending()).toBe(0);
});
