// What a first visit loads: the entry, everything it imports at once, the Chinese texts and the home screen. Fails over
// the budget. Run after `vite build`.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const budget = 300 * 1024;
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));
const roots = ['index.html', 'src/app/i18n/zh/index.ts', 'src/screens/home/Home.tsx'];

const files = new Set();
const seen = new Set();
const take = (key) => {
  if (seen.has(key)) return;
  seen.add(key);
  const chunk = manifest[key];
  if (!chunk) throw new Error(`${key} is not in the manifest: build first, or name the first route anew`);
  files.add(chunk.file);
  for (const css of chunk.css ?? []) files.add(css);
  for (const needed of chunk.imports ?? []) take(needed);
};
roots.forEach(take);

const sized = [...files].map((file) => ({ file, bytes: gzipSync(readFileSync(new URL(file, dist))).length }));
const total = sized.reduce((sum, { bytes }) => sum + bytes, 0);
const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
for (const { file, bytes } of sized.sort((a, b) => b.bytes - a.bytes))
  console.log(`${kb(bytes).padStart(10)}  ${file}`);
console.log(`${kb(total).padStart(10)}  first route, gzip; the budget is ${kb(budget)}`);
if (total > budget) process.exit(1);
