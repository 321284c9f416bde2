import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resources as en } from '../app/i18n/en/index.ts';
import { resources as zh } from '../app/i18n/zh/index.ts';

const root = join(import.meta.dirname, '../../../..');
const sources = ['packages/engine/src', 'apps/server/src'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(root, folder, file), 'utf8')),
);
/** The codes of everything that a user is refused with. */
const codes = new Set(
  sources.flatMap((text) => [...text.matchAll(/new UserError\(\s*'\w+',\s*'(\w+)'/g)].map(([, code]) => code!)),
);
/** Whoever starts a server or moves data reads these in a terminal, and programs that send events in an answer. */
const ELSEWHERE = [
  ...['bad_key', 'key_missing', 'no_new_key', 'nothing_sealed', 'sealed_key_damaged', 'sealed_key_missing'],
  ...['cluster_has_replicas', 'folder_in_use', 'not_encrypted', 'port_in_use', 'no_file'],
  ...['target_not_empty', 'transfer_differs', 'transfer_done', 'transfer_unfinished'],
  ...['bad_batch', 'not_an_object', 'too_large'],
];

test('every refusal is told in the language of the console, or in no console', () => {
  expect(codes.size).toBeGreaterThan(90);
  for (const texts of [zh, en]) {
    const told = new Set(Object.keys(texts.problem));
    expect([...codes].filter((code) => !told.has(code)).sort()).toEqual(ELSEWHERE.toSorted());
    for (const code of Object.keys(texts.remedy)) expect(told, code).toContain(code);
  }
});
