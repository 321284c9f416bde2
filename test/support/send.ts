import type { Server } from '@guanxi/server';
import { expect } from 'vitest';

/** Sends events to the wire as a client does. */
export const postBatch = (
  url: string,
  writeKey: string,
  batch: readonly object[],
  more: Pick<RequestInit, 'signal'> = {},
): Promise<Response> =>
  fetch(`${url}/v1/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`${writeKey}:`)}` },
    body: JSON.stringify({ batch }),
    ...more,
  });

/** The same, and they are acknowledged. */
export async function sendBatch(url: string, writeKey: string, batch: readonly object[]): Promise<void> {
  const response = await postBatch(url, writeKey, batch);
  expect(response.status, await response.text()).toBe(200);
}

/** The same, and they are in every derived table of this process. */
export async function sendAndSettle(server: Server, writeKey: string, batch: readonly object[]): Promise<void> {
  await sendBatch(server.url, writeKey, batch);
  await server.guanxi.river.waitFor(server.guanxi.platform.log.head());
}
