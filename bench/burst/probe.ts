import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunningServer } from '../support/server.ts';

/** One polite request sent in the middle of a burst, and how it was answered. */
export interface Probe {
  /** 0 where there was no answer. */
  readonly status: number;
  readonly retryAfter: string | null;
  readonly ms: number;
}

const EVERY_MS = 100;
const QUICK_MS = 100;
const IN_A_ROW = 5;

async function probe(server: RunningServer, writeKey: string, events: number): Promise<Probe> {
  const batch = Array.from({ length: events }, () => {
    return { type: 'track', event: 'Probe Sent', userId: 'probe', messageId: randomUUID(), properties: {} };
  });
  const began = performance.now();
  const answer = await fetch(`${server.url}/v1/batch`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${writeKey}:`)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ batch }),
    signal: AbortSignal.timeout(30_000),
  }).catch(() => null);
  await answer?.arrayBuffer();
  const ms = performance.now() - began;
  return { status: answer?.status ?? 0, retryAfter: answer?.headers.get('retry-after') ?? null, ms };
}

/** Requests of as many events as the burst's own, at a steady pace. */
export async function probeWhile(
  server: RunningServer,
  writeKey: string,
  events: number,
  going: () => boolean,
): Promise<Probe[]> {
  const probes: Promise<Probe>[] = [];
  while (going()) {
    probes.push(probe(server, writeKey, events));
    await pause(EVERY_MS);
  }
  return Promise.all(probes);
}

/** Seconds until events are acknowledged quickly again, and how many of the probes were acknowledged. */
export async function drainedProbe(
  server: RunningServer,
  writeKey: string,
): Promise<{ seconds: number; acknowledged: number }> {
  const began = performance.now();
  let acknowledged = 0;
  for (let quick = 0; quick < IN_A_ROW;) {
    const { status, ms } = await probe(server, writeKey, 1);
    if (status === 200) acknowledged++;
    quick = status === 200 && ms < QUICK_MS ? quick + 1 : 0;
  }
  return { seconds: (performance.now() - began) / 1000, acknowledged };
}
