// Who may import whom. `npm run deps` fails on the first arrow that points the wrong way.

/** What each folder of the engine may import, besides itself and the contracts. A new folder gets its line here. */
const ENGINE = {
  platform: [],
  audit: ['platform'],
  access: ['platform'],
  ingest: ['platform'],
  identity: ['platform', 'ingest'],
  imports: ['platform', 'ingest'],
  graph: ['platform', 'ingest', 'identity'],
  scenes: ['platform'],
  profile: ['platform', 'ingest', 'identity', 'graph'],
  privacy: ['platform', 'audit', 'ingest', 'identity', 'graph', 'scenes', 'profile'],
  river: ['platform', 'ingest', 'identity', 'graph', 'profile', 'privacy'],
  transfer: ['platform'],
};
const engine = 'packages/engine/src';
const folders = Object.keys(ENGINE);
const TESTS = String.raw`\.test\.tsx?$|^test/`;
const FACES = [`^${engine}/index\\.ts$`, `^${engine}/[^/]+/index\\.ts$`];
/** What tests of a folder share; of these only platform's crosses folders. */
const TESTING = `^${engine}/.*testing\\.ts$`;
const PLATFORM_TESTING = `^${engine}/platform/testing\\.ts$`;

const error = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    error('no-cycle', 'Two files that need each other are one file or need a third.', {}, { circular: true }),
    error('resolvable', 'An import that leads nowhere.', {}, { couldNotResolve: true }),
    error(
      'declared',
      'A package is named in the package.json of whoever imports it.',
      { pathNot: `${TESTS}|${TESTING}` },
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    ),
    error(
      'no-dev-in-product',
      'What the product imports is a dependency, not a devDependency.',
      { path: '^(packages|apps/(server|cli))/', pathNot: `${TESTS}|${TESTING}` },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
    error(
      'contracts-import-zod-only',
      'Contracts are safe in the browser: they import zod and nothing else.',
      { path: '^packages/contracts/', pathNot: TESTS },
      { pathNot: ['^packages/contracts/src/', '(^|/)node_modules/zod/'] },
    ),
    error(
      'demo-imports-contracts-only',
      'The demo brand is made from its options alone: no engine, no input or output.',
      { path: '^packages/demo/', pathNot: `${TESTS}|${TESTING}|^packages/demo/src/testing\\.ts$` },
      { pathNot: ['^packages/(demo|contracts)/src/'] },
    ),
    error(
      'web-sees-contracts-only',
      'The console knows the server through its contracts.',
      { path: '^apps/web/' },
      { path: '^(packages/(?!contracts/)|apps/(?!web/)|bench/|test/)' },
    ),
    error(
      'packages-below-apps',
      'Apps stand on top: no package knows them.',
      { path: '^packages/', pathNot: TESTS },
      { path: '^(apps|bench|test)/' },
    ),
    error(
      'adapters-on-platform',
      'An adapter implements a face of the platform and knows nothing else; whoever composes the product loads it.',
      { path: '^packages/adapter-[^/]+/', pathNot: TESTS },
      { path: '^(packages|apps)/', pathNot: `^packages/adapter-[^/]+/|^${engine}/platform/index\\.ts$` },
    ),
    error(
      'engine-without-adapters',
      'The engine does not know its adapters.',
      { path: '^packages/(engine|contracts)/', pathNot: TESTS },
      { path: '^packages/adapter-' },
    ),
    error(
      'server-below-cli',
      'The command line starts the server, not the other way.',
      { path: '^apps/server/' },
      { path: '^apps/(cli|web)/' },
    ),
    error(
      'known-engine-folder',
      'Give the folder its line in .dependency-cruiser.cjs.',
      { path: `^${engine}/(?!(${folders.join('|')})/)[^/]+/` },
      {},
    ),
    ...folders.map((folder) =>
      error(
        `engine-${folder}`,
        `${folder} may import ${['contracts', ...ENGINE[folder]].join(', ')}.`,
        { path: `^${engine}/${folder}/`, pathNot: `${TESTS}|${TESTING}` },
        { path: `^${engine}/(?!(${[folder, ...ENGINE[folder]].join('|')})/)[^/]+/` },
      ),
    ),
    error(
      'through-the-face',
      "Only a folder's index.ts is imported from other folders.",
      { path: `^${engine}/([^/]+)/`, pathNot: `${TESTS}|${TESTING}` },
      { path: `^${engine}/(?!$1/)[^/]+/`, pathNot: `^${engine}/[^/]+/index\\.ts$` },
    ),
    error(
      'through-the-face-in-tests',
      "Only a folder's index.ts is imported from other folders; tests may also import platform/testing.ts.",
      { path: [`^${engine}/([^/]+)/.*\\.test\\.ts$`, `^${engine}/([^/]+)/testing\\.ts$`] },
      { path: `^${engine}/(?!$1/)[^/]+/`, pathNot: [`^${engine}/[^/]+/index\\.ts$`, PLATFORM_TESTING] },
    ),
    error(
      'engine-through-the-face',
      "From outside, the engine is reached through its folders' index.ts; tests may also import platform/testing.ts.",
      { path: '^(apps|bench)/', pathNot: TESTS },
      { path: `^${engine}/`, pathNot: FACES },
    ),
    error(
      'engine-through-the-face-in-tests',
      "From outside, the engine is reached through its folders' index.ts; tests may also import platform/testing.ts.",
      { path: [String.raw`^(apps|bench)/.*\.test\.tsx?$`, '^test/'] },
      { path: `^${engine}/`, pathNot: [...FACES, PLATFORM_TESTING] },
    ),
    error(
      'no-test-code-in-product',
      'The product does not import its tests.',
      { path: '^(packages|apps)/', pathNot: `${TESTS}|${TESTING}` },
      { path: `${TESTS}|${TESTING}` },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(apps|packages)/[^/]+/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types', 'typings'],
    },
    reporterOptions: { text: { highlightFocused: true } },
  },
};
