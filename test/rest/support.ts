import { type Guanxi } from '@guanxi/server';
import { expect } from 'vitest';

/** Waits for a job to end well. */
export async function waitForJob({ platform }: Guanxi, id: string): Promise<void> {
  await expect.poll(async () => (await platform.jobs.get(id)).state, { timeout: 30_000 }).toBe('done');
}
