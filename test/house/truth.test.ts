import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The one that writes it, and those that measure by it. */
const MAY = [/^packages\/demo\//, /^apps\/cli\/src\/commands\/demo-files\.ts$/, /^test\//, /^bench\//];
// Spelled apart, so that this file is not what it looks for.
const SPOKEN_OF = new RegExp(
  ['@guanxi/demo/' + 'truth', 'Truth' + 'Sink', 'Truth' + 'Record', 'demo/src/' + 'truth'].join('|'),
);

test('the truth behind the demo data is read by nothing but what measures by it', () => {
  const files = ['packages', 'apps', 'bench', 'test', 'scripts'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|tsx|mjs|cjs)$/.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)))
      .filter((file) => !/(^|\/)(node_modules|dist)\//.test(file)),
  );
  const speaking = files.filter((file) => SPOKEN_OF.test(readFileSync(join(root, file), 'utf8')));
  expect(speaking).toContain('packages/demo/src/truth.ts');
  expect(speaking.filter((file) => !MAY.some((place) => place.test(file)))).toEqual([]);
  const command = readFileSync(join(root, 'apps/cli/src/commands/demo-files.ts'), 'utf8');
  expect(command).toMatch(new RegExp(`import type \\{ Truth${'Sink'} \\}`));
});
