import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Config, readConfig } from '../config.ts';
import type { Postgres } from '../postgres.ts';
import { keyStatus, newKey, openVault, rotateKey, textOfKey } from './index.ts';

const folders: string[] = [];
/** Embedded engines keep the wrapped key in a file, so nothing of this database is used. */
const embedded = { embedded: true } as Postgres;
const configOf = (env: Record<string, string> = {}): Config => {
  const folder = mkdtempSync(join(tmpdir(), 'guanxi-vault-'));
  folders.push(folder);
  return readConfig({ GUANXI_DATA: folder, ...env });
};
const keyFile = (config: Config) => join(config.dataDir, 'guanxi.key');
const sample = '138 0013 8000';

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

test('the first start makes a key only its owner reads, and later starts open what was sealed', async () => {
  const config = configOf();
  expect(await keyStatus(config)).toMatchObject({ sealedWith: null, keys: [], opens: false, besideData: true });
  const sealed = (await openVault(config, embedded)).cipher('test').seal(sample);
  expect(statSync(keyFile(config)).mode & 0o777).toBe(0o600);
  const again = (await openVault(config, embedded)).cipher('test');
  expect(again.seal(sample)).toBe(sealed);
  expect(again.open(sealed)).toBe(sample);
  expect(() => again.open(again.seal(sample).replace(/^./, (first) => (first === 'A' ? 'B' : 'A')))).toThrow();
  expect(await keyStatus(config)).toMatchObject({ opens: true, readableByOthers: false });
});

test('a purpose does not open what another sealed', async () => {
  const vault = await openVault(configOf(), embedded);
  expect(() => vault.cipher('one').open(vault.cipher('other').seal(sample))).toThrow();
  expect(vault.key('one')).not.toEqual(vault.key('other'));
});

test('a lost or wrong key is refused and changes nothing', async () => {
  const config = configOf();
  const sealed = (await openVault(config, embedded)).cipher('test').seal(sample);
  const key = readFileSync(keyFile(config), 'utf8');
  rmSync(keyFile(config));
  await expect(openVault(config, embedded)).rejects.toMatchObject({ code: 'key_missing' });
  await expect(openVault({ ...config, key: textOfKey(newKey()) }, embedded)).rejects.toMatchObject({
    code: 'wrong_key',
  });
  await expect(openVault({ ...config, key: 'short' }, embedded)).rejects.toMatchObject({ code: 'bad_key' });
  expect(() => statSync(keyFile(config))).toThrow();
  writeFileSync(keyFile(config), key);
  expect((await openVault(config, embedded)).cipher('test').open(sealed)).toBe(sample);
});

test('sealed data without its wrapped key is never given another', async () => {
  const config = configOf();
  await openVault(config, embedded);
  const wrapped = join(config.dataDir, 'sealed.json');
  const text = readFileSync(wrapped, 'utf8');
  writeFileSync(wrapped, text.slice(0, 20));
  await expect(openVault(config, embedded)).rejects.toMatchObject({ code: 'sealed_key_damaged' });
});

test('rotation wraps with a new key, and the old one opens nothing any more', async () => {
  const config = configOf();
  const sealed = (await openVault(config, embedded)).cipher('test').seal(sample);
  const old = readFileSync(keyFile(config), 'utf8');
  const before = await keyStatus(config);
  const id = await rotateKey(config);
  const after = await keyStatus(config);
  expect(after).toMatchObject({ sealedWith: id, keys: [id], opens: true });
  expect(id).not.toBe(before.sealedWith);
  expect((await openVault(config, embedded)).cipher('test').open(sealed)).toBe(sample);
  const kept = await rotateKey(config, { keepOld: true });
  expect((await keyStatus(config)).keys).toEqual([kept, id]);
  writeFileSync(keyFile(config), old);
  await expect(openVault(config, embedded)).rejects.toMatchObject({ code: 'wrong_key' });
});

test('a key of the environment is rotated by naming the new one before the old one', async () => {
  const [old, fresh] = [textOfKey(newKey()), textOfKey(newKey())];
  const config = configOf({ GUANXI_KEY: old });
  const sealed = (await openVault(config, embedded)).cipher('test').seal(sample);
  await expect(rotateKey(config)).rejects.toMatchObject({ code: 'no_new_key' });
  await rotateKey({ ...config, key: `${fresh},${old}` });
  expect((await openVault({ ...config, key: fresh }, embedded)).cipher('test').open(sealed)).toBe(sample);
  await expect(openVault(config, embedded)).rejects.toMatchObject({ code: 'wrong_key' });
  expect(() => statSync(keyFile(config))).toThrow();
});
