import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Every file under the folders, by its path from the root. */
function filesUnder(...folders: string[]): string[] {
  return folders
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !/(^|\/)(node_modules|dist)\//.test(file));
}
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const CODE = /\.(ts|tsx|mjs|cjs|css|html)$/;
const engine = 'packages/engine/src';

test('every folder of the engine says in a page what must always hold in it and how to add to it', () => {
  const folders = readdirSync(join(root, engine), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const lines = folders.map(({ name }) => {
    const file = `${engine}/${name}/CONTEXT.md`;
    return { file, lines: existsSync(join(root, file)) ? read(file).trim().split('\n').length : 0 };
  });
  expect(lines.filter((context) => context.lines < 3 || context.lines > 60)).toEqual([]);
});

test('nothing is left for later', () => {
  // Spelled apart, so that this file does not find itself.
  const later = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`);
  const files = filesUnder('packages', 'apps', 'bench', 'test', 'scripts', 'docs').filter(
    (file) => CODE.test(file) || file.endsWith('.md'),
  );
  expect(files.length).toBeGreaterThan(50);
  expect(files.filter((file) => later.test(read(file)))).toEqual([]);
});

test('one file of the product reads the environment; only the command line, which starts it, looks for itself', () => {
  const reads = filesUnder('packages', 'apps/server', 'apps/web')
    .filter((file) => CODE.test(file) && /\/(src|bin)\//.test(file) && !/\.test\.tsx?$/.test(file))
    .filter((file) => /\bprocess\s*\.\s*env\b|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/.test(read(file)));
  expect(reads).toEqual([`${engine}/platform/config.ts`]);
});

test('no test is switched off without a reason, and none runs alone', () => {
  const tests = filesUnder('packages', 'apps', 'test').filter((file) => /\.test\.tsx?$/.test(file));
  const wrong = tests.filter((file) =>
    new RegExp(`\\b(test|it|describe)\\.(${'only'}|${'skip'}|${'todo'})\\(`).test(read(file)),
  );
  expect(wrong).toEqual([]);
});
