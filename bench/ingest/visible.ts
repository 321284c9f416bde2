import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunningServer } from '../support/server.ts';

const EVERY_MS = 250;
const GIVE_UP_MS = 30_000;

/** Sends one event of a person nobody knows yet and waits until it stands in that person's timeline. Milliseconds. */
async function probe(server: RunningServer, writeKey: string): Promise<number> {
  const userId = `probe-${randomUUID()}`;
  const body = { type: 'track', event: 'Probe Sent', userId, messageId: randomUUID(), properties: {} };
  const started = performance.now();
  const answer = await fetch(`${server.url}/v1/track`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}` },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`A probe was refused with ${answer.status}`);
  while (performance.now() - started < GIVE_UP_MS) {
    const { items } = await server.api.customers({ query: { search: userId, limit: 1 } });
    const timeline = items[0] ? await server.api.customerTimeline({ params: { id: items[0].id }, query: {} }) : null;
    if (timeline?.items.some((event) => event.name === 'Probe Sent')) return performance.now() - started;
    await pause(10);
  }
  throw new Error(`An event was not visible after ${GIVE_UP_MS} ms`);
}

/** Probes at a steady pace, whether or not earlier ones are visible, until told to stop. Sorted milliseconds. */
export async function probeUntil(server: RunningServer, writeKey: string, stop: Promise<unknown>): Promise<number[]> {
  let stopped = false;
  void stop.finally(() => (stopped = true)).catch(() => undefined);
  const probes: Promise<number>[] = [];
  while (!stopped) {
    const sent = probe(server, writeKey);
    // Its failure is thrown below, with all of them.
    sent.catch(() => (stopped = true));
    probes.push(sent);
    await pause(EVERY_MS);
  }
  return (await Promise.all(probes)).sort((a, b) => a - b);
}
