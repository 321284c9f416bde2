// Writes the documents that are derived from declarations. `--check` fails when one is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { describeSettings } from '@guanxi/engine/platform';

const documents: Record<string, string> = {
  'docs/settings.md': `# Settings\n\nRead from the environment, once, at start. This page is written by \`npm run docs\`.\n\n${describeSettings()}\n`,
};

let stale = false;
for (const [path, text] of Object.entries(documents)) {
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    console.error(`${path} is out of date: run npm run docs`);
    stale = true;
  }
}
process.exitCode = stale ? 1 : 0;
