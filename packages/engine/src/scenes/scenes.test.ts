import type { ActorRef, SceneContent } from '@guanxi/contracts';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Platform } from '../platform/index.ts';
import { openTestPlatform } from '../platform/testing.ts';
import { createScenes, type Scenes } from './scenes.ts';

let now = Date.UTC(2026, 10, 1);
let platform: Platform;
let scenes: Scenes;
beforeAll(async () => {
  platform = await openTestPlatform({}, { clock: { now: () => now } });
  scenes = await createScenes(platform);
});
afterAll(() => platform.close());

const ann: ActorRef = { kind: 'user', id: 'ann', name: 'Ann' };
const bo: ActorRef = { kind: 'user', id: 'bo', name: '波' };
const content = (node: string): SceneContent => ({
  address: { n: node, x: `${node}:bought` },
  places: { [node]: [1.5, -2] },
  drawn: { nodes: [node, '9007199254740993123'], edges: { [`${node}:9007199254740993123:bought`]: 3 } },
});
const minutes = (count: number) => (now += count * 60_000);

test('a scene is kept as it was saved, renamed and saved anew by others, the last changed first', async () => {
  const first = await scenes.create('春季新客', content('12'), ann);
  minutes(1);
  const second = await scenes.create('Second', content('34'), bo);
  expect(first).toMatchObject({ name: '春季新客', owner: ann, version: 1, nodes: 2, edges: 1 });
  expect((await scenes.list()).map(({ id }) => id)).toEqual([second.id, first.id]);
  minutes(1);
  const renamed = await scenes.update(first.id, { version: 1, name: '新客' }, bo);
  expect(renamed).toMatchObject({
    name: '新客',
    version: 2,
    owner: ann,
    updatedBy: bo,
    updatedAt: new Date(now).toISOString(),
  });
  expect((await scenes.get(first.id)).content).toEqual(content('12'));
  const saved = await scenes.update(first.id, { version: 2, content: content('56') }, ann);
  expect(await scenes.get(first.id)).toEqual({ ...saved, content: content('56') });
  expect((await scenes.list()).map(({ id }) => id)).toEqual([first.id, second.id]);
});

test('nobody writes over what somebody else changed meanwhile', async () => {
  const { id } = await scenes.create('Shared', content('1'), ann);
  await scenes.update(id, { version: 1, name: 'Mine' }, bo);
  await expect(scenes.update(id, { version: 1, name: 'Yours' }, ann)).rejects.toMatchObject({
    kind: 'conflict',
    code: 'scene_changed',
  });
  await expect(scenes.remove(id, 1, ann)).rejects.toMatchObject({ code: 'scene_changed' });
  expect((await scenes.get(id)).name).toBe('Mine');
  const both = await Promise.allSettled(['a', 'b', 'c'].map((name) => scenes.update(id, { version: 2, name }, ann)));
  expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('a removed scene comes back within a week, and not after the next removal later', async () => {
  const kept = await scenes.create('Kept', content('1'), ann);
  const lost = await scenes.create('Lost', content('2'), ann);
  await scenes.remove(kept.id, 1, bo);
  await expect(scenes.get(kept.id)).rejects.toMatchObject({ code: 'no_such_scene' });
  expect((await scenes.list()).map(({ id }) => id)).not.toContain(kept.id);
  const back = await scenes.restore(kept.id, bo);
  expect(await scenes.get(kept.id)).toEqual({ ...back, content: content('1') });
  await expect(scenes.restore(kept.id, bo)).rejects.toMatchObject({ code: 'no_such_scene' });
  await scenes.remove(lost.id, 1, ann);
  minutes(8 * 24 * 60);
  await scenes.remove(kept.id, back.version, ann);
  await expect(scenes.restore(lost.id, ann)).rejects.toMatchObject({ code: 'no_such_scene' });
  await expect(scenes.get(randomUUID())).rejects.toMatchObject({ kind: 'not_found' });
});
