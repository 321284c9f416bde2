// The load, in a process of its own so that it does not share the server's thread. It gets orders over IPC, makes its
// requests ready before the clock runs, and answers with what it saw.
import { performance } from 'node:perf_hooks';
import { percentile } from '../harness.ts';
import { postOf, Wire } from './wire.ts';
import { shopEvents } from './shop-events.ts';

export interface LoadOrder {
  readonly host: string;
  readonly port: number;
  readonly writeKey: string;
  readonly seed: number;
  readonly events: number;
  /** Events a request; 1 sends each to the endpoint of its type. */
  readonly batch: number;
  readonly connections: number;
  /**
   * Requests a second, sent when they are due whether or not earlier ones were answered, each timed from when it was
   * due; null sends the next on each connection as soon as the last was answered.
   */
  readonly rate: number | null;
}

export interface LoadReport {
  readonly seconds: number;
  readonly events: number;
  /** Requests by status; 0 where the connection broke before there was one. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Milliseconds until acknowledged. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

function requestsOf(order: LoadOrder): Buffer[] {
  const stream = shopEvents(order.seed);
  const sentAt = new Date().toISOString();
  const requests: Buffer[] = [];
  for (let made = 0; made < order.events; made += order.batch) {
    const events = Array.from({ length: order.batch }, () => stream.next().value);
    const path = order.batch === 1 ? `/v1/${events[0].type}` : '/v1/batch';
    const body = order.batch === 1 ? { ...events[0], sentAt } : { batch: events, sentAt };
    requests.push(postOf({ ...order, path }, JSON.stringify(body)));
  }
  return requests;
}

const statusOf = (wire: Wire, request: Buffer) => wire.send(request).catch(() => 0);

async function closedLoop(wire: Wire, requests: readonly Buffer[], connections: number, done: Done): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < requests.length) {
      const request = requests[next++]!;
      const started = performance.now();
      done(await statusOf(wire, request), performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
}

async function openLoop(wire: Wire, requests: readonly Buffer[], rate: number, done: Done): Promise<void> {
  const begun = performance.now();
  const sent: Promise<void>[] = [];
  while (sent.length < requests.length) {
    const due = Math.min(requests.length, Math.floor(((performance.now() - begun) * rate) / 1000) + 1);
    for (let i = sent.length; i < due; i++) {
      const dueAt = begun + (i * 1000) / rate;
      sent.push(statusOf(wire, requests[i]!).then((status) => done(status, performance.now() - dueAt)));
    }
    await new Promise((tick) => setTimeout(tick, 1));
  }
  await Promise.all(sent);
}

type Done = (status: number, milliseconds: number) => void;

async function obey(order: LoadOrder): Promise<LoadReport> {
  const requests = requestsOf(order);
  const wire = await Wire.open(order.host, order.port, order.connections);
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  const done: Done = (status, milliseconds) => {
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (status === 200) latencies.push(milliseconds);
  };
  const started = performance.now();
  if (order.rate === null) await closedLoop(wire, requests, order.connections, done);
  else await openLoop(wire, requests, order.rate, done);
  const seconds = (performance.now() - started) / 1000;
  wire.close();
  latencies.sort((a, b) => a - b);
  const [p50, p95, p99, max] = [0.5, 0.95, 0.99, 1].map((share) => percentile(latencies, share));
  return { seconds, events: latencies.length * order.batch, statuses, p50: p50!, p95: p95!, p99: p99!, max: max! };
}

process.on('message', (order: LoadOrder) => {
  obey(order).then(
    (report) => process.send!({ report }),
    (error: unknown) => process.send!({ error: String(error) }),
  );
});
