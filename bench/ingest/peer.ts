// The peer, in a process of its own: the same rows into a table declared as the event log is, in the same batches, by
// the ClickHouse client on the embedded engine, with nothing around it: no HTTP, no checks, no identity, no graph.
// usage: node --import tsx peer.ts FOLDER, orders over IPC
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { createChdbConnection } from 'chdb/connection';
import { logTable, renderTable } from '@guanxi/engine/platform';
import { percentile } from '../harness.ts';
import { shopEvents } from '../support/shop-events.ts';

export interface PeerOrder {
  readonly seed: number;
  readonly events: number;
  readonly batch: number;
  /** Inserts under way at once, each on a connection of its own. */
  readonly connections: number;
}

export interface PeerReport {
  readonly seconds: number;
  readonly events: number;
  readonly p95: number;
}

const connect = () => {
  const connection = createChdbConnection({ path: process.argv[2]! });
  return createClient({ connection } as unknown as Parameters<typeof createClient>[0]);
};
const clients = [connect()];
await clients[0]!.command({ query: renderTable(logTable, { kind: 'single' })[0]! });
let seq = 0;

async function obey({ seed, events, batch, connections }: PeerOrder): Promise<PeerReport> {
  const stream = shopEvents(seed);
  const source = randomUUID();
  const batches = Array.from({ length: Math.ceil(events / batch) }, () =>
    Array.from({ length: batch }, () => ({
      seq: ++seq,
      kind: 'event',
      received_at: Date.now(),
      sent_at: Date.now(),
      source_id: source,
      payload: JSON.stringify(stream.next().value),
    })),
  );
  while (clients.length < connections) clients.push(connect());
  const latencies: number[] = [];
  const started = performance.now();
  let next = 0;
  const worker = async (client: ClickHouseClient) => {
    while (next < batches.length) {
      const values = batches[next++]!;
      const begun = performance.now();
      await client.insert({ table: logTable.name, values, format: 'JSONEachRow' });
      latencies.push(performance.now() - begun);
    }
  };
  await Promise.all(clients.slice(0, connections).map(worker));
  const seconds = (performance.now() - started) / 1000;
  latencies.sort((a, b) => a - b);
  return { seconds, events: batches.length * batch, p95: percentile(latencies, 0.95) };
}

process.on('message', (order: PeerOrder) => {
  obey(order).then(
    (report) => process.send!({ report }),
    (error: unknown) => process.send!({ error: String(error).slice(0, 300) }),
  );
});
