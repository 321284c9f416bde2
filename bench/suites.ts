import type { Suite } from './harness.ts';

/** Every suite there is. Loaded when it is asked for: some bring an engine with them. */
export const suites: Readonly<Record<string, () => Promise<Suite>>> = {
  ingest: async () => (await import('./ingest/index.ts')).suite,
  import: async () => (await import('./import/index.ts')).suite,
  demo: async () => (await import('./demo/index.ts')).suite,
  console: async () => (await import('./console/index.ts')).suite,
  people: async () => (await import('./people/index.ts')).suite,
  graph: async () => (await import('./graph/index.ts')).suite,
  crash: async () => (await import('./crash/index.ts')).suite,
  soak: async () => (await import('./soak/index.ts')).suite,
  burst: async () => (await import('./burst/index.ts')).suite,
  cluster: async () => (await import('./cluster/index.ts')).suite,
};
