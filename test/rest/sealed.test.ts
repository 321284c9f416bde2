import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { withToken } from '@guanxi/contracts';
import { readConfig } from '@guanxi/engine/platform';
import { type Server, startServer } from '@guanxi/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitForJob } from './support.ts';

/** What may be found nowhere on the disk. Random, so that no packing could have shortened it. */
const SECRETS = {
  phone: '+8613912345678',
  mail: 'qzxv7k2m@wj4pt9.example',
  name: '欧阳翡翠 Qzxv',
  member: 'MEMBER-8f3kq0z7w1',
  note: 'note about bqx71-jw0e by hand',
  blocked: 'blocked-77vq1x-value',
  cell: 'cell-k93jx0-q71bz',
  refused: 'refused-0xj4k-91vqb',
  file: 'file-of-vq81z-kx',
  mend: 'mend-zx93k-qv71',
};
const folder = mkdtempSync(join(tmpdir(), 'guanxi-sealed-'));
const config = { ...readConfig({ GUANXI_DATA: folder, GUANXI_LOG_LEVEL: 'error' }), port: 0 };
let server: Server;

beforeAll(async () => {
  server = await startServer(config);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const filesOf = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

async function fill(): Promise<void> {
  const { guanxi, url, token } = server;
  const call = withToken(token);
  const [source] = await guanxi.ingest.sources.list();
  const identify = (messageId: string, userId: string) => ({
    type: 'identify',
    messageId,
    userId,
    traits: { phone: SECRETS.phone, email: SECRETS.mail, name: SECRETS.name, member_no: SECRETS.member },
  });
  const refused = { type: 'track', event: 'Order Completed', userId: 'u9', properties: { note: SECRETS.refused } };
  await guanxi.ingest.acceptEvents(source!.id, [identify('m1', 'u1'), refused], { lasting: false });
  const upload = await call(`${url}/api/imports/files?name=${SECRETS.file}.csv`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: `id,member_no,note\nu5,m5,${SECRETS.cell}\n`,
  });
  const { file } = (await upload.json()) as { file: string };
  const { proposal } = await guanxi.imports.sample(file);
  await waitForJob(guanxi, (await guanxi.imports.submit(file, proposal.mapping)).id);
  await guanxi.river.waitFor(guanxi.platform.log.head());
  const [person] = await guanxi.identity.search(SECRETS.mail, 1);
  const { identifiers } = await guanxi.identity.person(person!);
  const unmerge = { identifiers: [identifiers.at(-1)!.id], reason: SECRETS.note };
  const response = await call(`${url}/api/customers/${person}/unmerge`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(unmerge),
  });
  expect(response.status).toBe(200);
  await guanxi.ingest.sources.update(source!.id, {
    mends: [{ change: { kind: 'set', path: 'properties.store', value: SECRETS.mend } }],
  });
  const rules = guanxi.identity.rules();
  const [first, ...others] = rules.kinds;
  await guanxi.identity.setRules({
    ...rules,
    kinds: [{ ...first!, blocked: [...first!.blocked, SECRETS.blocked] }, ...others],
  });
}

test('no file of the data folder holds a value, and every file of the tables is encrypted', async () => {
  await fill();
  await server.close();
  for (const file of filesOf(folder)) {
    const content = readFileSync(file);
    for (const [what, secret] of Object.entries(SECRETS))
      expect(content.includes(secret), `${what} stands in ${relative(folder, file)}`).toBe(false);
  }
  // A packed file would hide a value from a search as well as an encrypted one, so the tables' files must say what they are.
  const sealed = filesOf(join(folder, 'sealed')).filter((file) => statSync(file).size > 0);
  expect(sealed.length).toBeGreaterThan(50);
  for (const file of sealed) expect(readFileSync(file).subarray(0, 3).toString(), relative(folder, file)).toBe('ENC');
  const parts = filesOf(join(folder, 'clickhouse')).filter((file) => /\.(bin|cmrk\d?|mrk\d?|idx)$/.test(file));
  expect(parts).toEqual([]);
  const key = readFileSync(join(folder, 'guanxi.key'), 'utf8').trim().split('\n').at(-1)!;
  for (const file of filesOf(folder).filter((path) => !path.endsWith('guanxi.key')))
    expect(readFileSync(file).includes(key)).toBe(false);
  server = await startServer(config);
  const { guanxi } = server;
  expect(await guanxi.identity.search(SECRETS.phone, 5)).toHaveLength(1);
  expect(await guanxi.identity.search(SECRETS.member.slice(0, 9).toLowerCase(), 5)).toHaveLength(1);
  expect(guanxi.identity.rules().kinds[0]!.blocked).toContain(SECRETS.blocked);
  const [person] = await guanxi.identity.search(SECRETS.phone, 1);
  const { history } = await guanxi.identity.person(person!);
  expect(history.some(({ detail }) => detail === SECRETS.note)).toBe(true);
});

test('jobs and sources of a version that did not seal them are sealed by the next start', async () => {
  const { postgres } = server.guanxi.platform;
  const before = {
    jobs: await server.guanxi.platform.jobs.list(50),
    sources: await server.guanxi.ingest.sources.list(),
  };
  expect(JSON.stringify(before)).toContain(SECRETS.file);
  expect(JSON.stringify(before)).toContain(SECRETS.mend);
  for (const { id, title, result } of before.jobs)
    await postgres.query(
      "UPDATE job SET title = $2, params = '{}', saved = NULL, result = $3, error = NULL WHERE id = $1",
      [id, title, JSON.stringify(result)],
    );
  for (const { id, name, mends } of before.sources)
    await postgres.query('UPDATE source SET name = $2, mends = $3 WHERE id = $1', [id, name, JSON.stringify(mends)]);
  await server.close();
  const holding = () =>
    filesOf(folder).filter((file) =>
      [SECRETS.file, SECRETS.mend].some((secret) => readFileSync(file).includes(secret)),
    );
  expect(holding().length).toBeGreaterThan(0);
  server = await startServer(config);
  expect(await server.guanxi.platform.jobs.list(50)).toEqual(before.jobs);
  expect(await server.guanxi.ingest.sources.list()).toEqual(before.sources);
  await server.close();
  expect(holding()).toEqual([]);
  server = await startServer(config);
});

test('with a wrong key nothing opens and nothing is changed; the right one opens it all again', async () => {
  await server.close();
  const keyFile = join(folder, 'guanxi.key');
  const key = readFileSync(keyFile);
  const state = () =>
    execFileSync('bash', ['-c', `cd '${folder}/sealed' && find . -type f | sort | xargs sha1sum | sha1sum`]);
  const before = state();
  writeFileSync(keyFile, `${Buffer.alloc(32, 9).toString('base64')}\n`);
  await expect(startServer(config)).rejects.toMatchObject({ code: 'wrong_key' });
  expect(state()).toEqual(before);
  writeFileSync(keyFile, key);
  server = await startServer(config);
  expect(await server.guanxi.identity.search(SECRETS.phone, 5)).toHaveLength(1);
});
