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

test('nodes are taken out of every scene that speaks of them, and of nothing else', async () => {
  const [her, hers, other] = ['9007199254740993001', '9007199254740993002', '9007199254740993003'] as const;
  const rich: SceneContent = {
    address: {
      ...{ n: `${her},${other}`, x: `${her}:bought:300:last,${other}:viewed`, h: hers, k: `${other},${hers}` },
      ...{
        pin: `${her}:1.5:-20.0,${other}:3.0:4.0`,
        p: `${other}:${her}:3:4`,
        c: `${other}:${hers}`,
        i: `${her}:2:35`,
      },
      ...{ g: `around:${her}:3:10`, gm: `${her},${other}`, sel: `${other}:${her}:bought` },
      ...{ off: 'order,shop', from: '2024-01-01T00:00:00.000Z', b: '1', view: 'list' },
    },
    places: { [her]: [1, 2], [other]: [3, 4] },
    drawn: { nodes: [her, hers, other], edges: { [`${her}:${other}:bought`]: 3, [`${other}:${other}:viewed`]: 1 } },
  };
  const spoken = await scenes.create('Spoken of', rich, ann);
  const named = await scenes.create('13912345871 and friends', content('77'), ann);
  const removed = await scenes.create('Removed', content(her), ann);
  await scenes.remove(removed.id, 1, ann);
  const untouched = await scenes.create('Others', content(other), bo);
  const before = await scenes.get(untouched.id);
  const nodes = new Set<string>([her, hers]);
  const names = (text: string) => text.includes('13912345871');

  const found = await scenes.naming(nodes, names);
  expect(found.sort()).toEqual([spoken.id, named.id, removed.id].sort());
  await scenes.eraseNodes(found, nodes, names);
  expect(await scenes.naming(nodes, names)).toEqual([]);
  expect(await scenes.get(spoken.id)).toMatchObject({ version: 2, nodes: 1, edges: 1, updatedBy: ann });
  expect((await scenes.get(spoken.id)).content).toEqual({
    address: {
      ...{ n: other, x: `${other}:viewed`, k: other, pin: `${other}:3.0:4.0`, gm: other },
      ...{ off: 'order,shop', from: '2024-01-01T00:00:00.000Z', b: '1', view: 'list' },
    },
    places: { [other]: [3, 4] },
    drawn: { nodes: [other], edges: { [`${other}:${other}:viewed`]: 1 } },
  });
  expect(await scenes.get(named.id)).toMatchObject({ name: '–', content: content('77') });
  expect((await scenes.restore(removed.id, ann)).nodes).toBe(1);
  expect(await scenes.get(untouched.id)).toEqual(before);
  // Who has it open would bring the nodes back.
  await expect(scenes.update(spoken.id, { version: 1, content: rich }, ann)).rejects.toMatchObject({
    code: 'scene_changed',
  });
});
