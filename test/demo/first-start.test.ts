import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Status } from '@guanxi/contracts';
import { afterEach, expect, test } from 'vitest';
import { type ServerProcess, startServerProcess } from '../support/server.ts';

const folders: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'guanxi-first-'));
  folders.push(folder);
  return folder;
};
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const PATIENCE_MS = 200_000;
const loaded = (server: ServerProcess) =>
  expect
    .poll(async () => (await server.api.demoStatus()).state, { timeout: PATIENCE_MS, interval: 300 })
    .toBe('loaded');
/** What does not depend on how often something was sent. */
async function stateOf({ api }: ServerProcess): Promise<unknown> {
  const { counts } = await expectSettled(api);
  const { customers, knownCustomers, identifiers, nodes, edges, events, quarantined } = counts;
  return { customers, knownCustomers, identifiers, nodes, edges, events, quarantined };
}
async function expectSettled(api: ServerProcess['api']): Promise<Status> {
  await new Promise((resolve) => setTimeout(resolve, 3000));
  return api.status();
}

test(
  'an empty installation loads the demo brand by itself; killed in the middle it goes on to the same state',
  async () => {
    const folder = newFolder();
    const env = { GUANXI_DEMO: '600' };
    const first = await startServerProcess(folder, env);
    const { state, options } = await first.api.demoStatus();
    expect(state).toBe('loading');
    await expect
      .poll(async () => (await first.api.demoStatus()).job?.done ?? 0, { timeout: PATIENCE_MS, interval: 50 })
      .toBeGreaterThan(3000);
    await first.stop('SIGKILL');
    const again = await startServerProcess(folder, env);
    await loaded(again);
    const resumed = await stateOf(again);
    await again.stop();

    const clean = await startServerProcess(newFolder(), { GUANXI_DEMO: 'off' });
    expect(await clean.api.demoStatus()).toMatchObject({ state: 'none', loadable: true });
    await clean.api.demoLoad({ body: options! });
    await loaded(clean);
    expect(resumed).toEqual(await stateOf(clean));
    await clean.stop();
  },
  2 * PATIENCE_MS,
);
