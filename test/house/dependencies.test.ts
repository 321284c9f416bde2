import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const engine = 'packages/engine/src';

/** A small project under the same rules. Each file is one import; most point the wrong way. */
const files: Readonly<Record<string, string>> = {
  'packages/contracts/src/index.ts': 'export const a = 1;',
  'packages/contracts/src/reaches-up.ts': "import '../../engine/src/platform/index.ts';",
  'packages/contracts/src/heavy.ts': "import 'node:fs';",
  [`${engine}/platform/index.ts`]: 'export const p = 1;',
  [`${engine}/platform/testing.ts`]: "import './index.ts';",
  [`${engine}/platform/reaches-up.ts`]: "import type { i } from '../ingest/index.ts';",
  [`${engine}/ingest/index.ts`]: "import '../platform/index.ts'; export const i = 1;",
  [`${engine}/ingest/store.ts`]: "import './index.ts';",
  [`${engine}/identity/index.ts`]: "import '../ingest/index.ts';",
  [`${engine}/identity/past-the-face.ts`]: "import '../ingest/store.ts';",
  [`${engine}/graph/index.ts`]: "import '../identity/index.ts'; import '../../../contracts/src/index.ts';",
  [`${engine}/graph/sideways.ts`]: "import '../profile/index.ts';",
  [`${engine}/graph/graph.test.ts`]: "import '../platform/testing.ts'; import '../profile/index.ts';",
  [`${engine}/graph/past-the-face.test.ts`]: "import '../ingest/store.ts';",
  [`${engine}/profile/index.ts`]: "import '../graph/index.ts';",
  [`${engine}/profile/to-an-app.ts`]: "import '../../../../apps/server/src/index.ts';",
  [`${engine}/river/index.ts`]: "import '../profile/index.ts'; import '../ingest/index.ts';",
  [`${engine}/river/to-a-test.ts`]: "import '../platform/testing.ts';",
  [`${engine}/novelty/index.ts`]: "import '../platform/index.ts';",
  [`${engine}/imports/one.ts`]: "import './two.ts';",
  [`${engine}/imports/two.ts`]: "import './one.ts';",
  [`${engine}/imports/nowhere.ts`]: "import './missing.ts';",
  'apps/server/src/index.ts': "import '../../../packages/engine/src/river/index.ts';",
  'apps/server/src/past-the-face.ts': "import '../../../packages/engine/src/ingest/store.ts';",
  'apps/server/src/past-the-face.test.ts': "import '../../../packages/engine/src/ingest/store.ts';",
  'apps/server/src/to-cli.ts': "import '../../cli/src/main.ts';",
  'apps/cli/src/main.ts': "import '../../server/src/index.ts';",
  'apps/web/src/main.tsx': "import '../../../packages/contracts/src/index.ts';",
  'apps/web/src/engine.tsx': "import '../../../packages/engine/src/platform/index.ts';",
};
const forbidden = [
  'contracts-import-zod-only packages/contracts/src/heavy.ts',
  'contracts-import-zod-only packages/contracts/src/reaches-up.ts',
  `engine-graph ${engine}/graph/sideways.ts`,
  `engine-platform ${engine}/platform/reaches-up.ts`,
  'engine-through-the-face apps/server/src/past-the-face.ts',
  'engine-through-the-face-in-tests apps/server/src/past-the-face.test.ts',
  `known-engine-folder ${engine}/novelty/index.ts`,
  `no-cycle ${engine}/imports/one.ts`,
  `no-test-code-in-product ${engine}/river/to-a-test.ts`,
  `packages-below-apps ${engine}/profile/to-an-app.ts`,
  `resolvable ${engine}/imports/nowhere.ts`,
  'server-below-cli apps/server/src/to-cli.ts',
  `through-the-face ${engine}/identity/past-the-face.ts`,
  `through-the-face ${engine}/river/to-a-test.ts`,
  `through-the-face-in-tests ${engine}/graph/past-the-face.test.ts`,
  'web-sees-contracts-only apps/web/src/engine.tsx',
];

let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'guanxi-house-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), `${text}\n`);
  }
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'tsconfig.base.json'])
    cpSync(join(root, name), join(project, name));
  writeFileSync(join(project, 'package.json'), '{}');
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

test('the rules let through what they allow and catch what they forbid', async () => {
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [program, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'packages', 'apps'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: project, maxBuffer: 1 << 26 });
  const { summary } = JSON.parse(stdout) as { summary: { violations: { rule: { name: string }; from: string }[] } };
  const found = summary.violations.map(({ rule, from }) => `${rule.name} ${from}`);
  expect([...new Set(found)].sort()).toEqual(forbidden);
});
