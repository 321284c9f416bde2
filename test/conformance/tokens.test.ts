import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'guanxi-tokens-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const script = fileURLToPath(new URL('../support/insert-then-die.ts', import.meta.url));

test('an insert under a token of before has no effect, also after the process was killed', () => {
  const counts = Array.from({ length: 3 }, () =>
    spawnSync(process.execPath, ['--import', 'tsx', script, folder], { encoding: 'utf8' }).stdout.trim(),
  );
  expect(counts).toEqual(['20', '20', '20']);
});
