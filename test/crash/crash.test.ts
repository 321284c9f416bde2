import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@guanxi/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServerProcess, startServerProcess } from '../support/server.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'guanxi-crash-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const KILLS = 3;
const PER_REQUEST = 20;

async function send(server: ServerProcess, writeKey: string, first: number): Promise<boolean> {
  const batch = Array.from({ length: PER_REQUEST }, (_, index) => {
    const n = first + index;
    return {
      type: 'track',
      event: 'Product Viewed',
      messageId: `m${n}`,
      userId: `u${n % 50}`,
      anonymousId: `a${n % 70}`,
      properties: { product_id: `p${n % 30}`, n },
    };
  });
  const response = await fetch(`${server.url}/v1/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`${writeKey}:`)}` },
    body: JSON.stringify({ batch }),
  }).catch(() => null);
  return response?.status === 200;
}

const caughtUp = async (server: ServerProcess) => {
  const { stages } = await createClient(server.url).status();
  return stages.every((stage) => stage.lag === 0);
};

test(
  `after ${KILLS} kills in the middle of work every acknowledged event is there, once`,
  { timeout: 180_000 },
  async () => {
    const acknowledged: number[] = [];
    let next = 0;
    let server = await startServerProcess(folder);
    const writeKey = (await createClient(server.url).sources()).items[0]!.writeKey;
    for (let kill = 0; kill < KILLS; kill++) {
      const stopAt = Date.now() + 1200 + kill * 400;
      let killed: Promise<void> | null = null;
      while (!killed || server.child.exitCode === null) {
        const first = next;
        next += PER_REQUEST;
        if (await send(server, writeKey, first)) acknowledged.push(first);
        else if (killed) break;
        if (!killed && Date.now() > stopAt) killed = server.stop('SIGKILL');
      }
      await killed;
      server = await startServerProcess(folder);
    }
    // Clients send again what was not acknowledged, and sometimes what was.
    for (let first = 0; first < next; first += PER_REQUEST) await send(server, writeKey, first);
    await expect.poll(() => caughtUp(server), { timeout: 60_000 }).toBe(true);
    const api = createClient(server.url);
    const { counts } = await api.status();
    expect(acknowledged.length).toBeGreaterThan(10);
    expect(counts.events).toBe(next);
    const edges = await fetch(`${server.url}/api/export/edges`).then((response) => response.text());
    const views = edges
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { type: string; count: number })
      .filter((edge) => edge.type === 'viewed');
    expect(views.reduce((sum, edge) => sum + edge.count, 0)).toBe(next);
    const people = await api.customers({ query: { limit: 200, known: 'true' } });
    expect(people.items.reduce((sum, row) => sum + row.events, 0)).toBe(next);
    await server.stop();
  },
);
