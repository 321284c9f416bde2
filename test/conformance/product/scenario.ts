import type { EndpointName, ImportMapping, Job } from '@guanxi/contracts';
import { askAll, type Facts } from './plan.ts';
import type { Recorder } from './recorder.ts';
import { createWorld, type World } from './world.ts';
import { postBatch } from '../../support/send.ts';

const HOUR = 3_600_000;
export const NOW = Date.UTC(2025, 10, 21, 9);
const PATIENCE_MS = 120_000;
const POLL_MS = 100;
const pause = () => new Promise((done) => setTimeout(done, POLL_MS));

async function json({ server }: Recorder, path: string): Promise<unknown> {
  const response = await server.fetch(server.url + path);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Waits until everything in the log is in identity and graph. */
export async function settle(recorder: Recorder): Promise<number> {
  for (const end = Date.now() + PATIENCE_MS; ;) {
    const status = (await json(recorder, '/api/status')) as {
      rebuilding: boolean;
      stages: { position: number; head: number; error: string | null }[];
    };
    const head = status.stages[0]!.head;
    if (!status.rebuilding && status.stages.every((stage) => stage.position === head)) return head;
    if (Date.now() > end) throw new Error(`${recorder.server.url} does not catch up: ${JSON.stringify(status.stages)}`);
    await pause();
  }
}

/** A job, to its end. */
async function follow(recorder: Recorder, job: Job): Promise<void> {
  recorder.alias(job.id, `job ${++recorder.jobs}`);
  for (const end = Date.now() + PATIENCE_MS; ;) {
    const now = (await json(recorder, `/api/jobs/${job.id}`)) as Job;
    if (now.state === 'done') break;
    if (now.state === 'failed' || Date.now() > end) throw new Error(`a job did not end well: ${JSON.stringify(now)}`);
    await pause();
  }
  await settle(recorder);
  await recorder.need('job', { params: { id: job.id } });
}

async function send(recorder: Recorder, writeKey: string, batch: readonly object[]): Promise<void> {
  const response = await postBatch(recorder.server.url, writeKey, batch);
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
}

const MAPPING: ImportMapping = {
  name: '门店小票',
  file: { format: 'csv' },
  skip: [],
  type: 'track',
  event: [
    { when: [{ column: 'quantity', is: 'less_than', value: 0 }], name: 'Order Refunded' },
    { when: [], name: 'Order Completed' },
  ],
  fields: {
    userId: { column: 'member', as: 'string' },
    timestamp: { column: 'at', as: 'instant' },
    'properties.order_id': { column: 'order', as: 'string' },
    'item.product_id': { column: 'product', as: 'string' },
    'item.quantity': { column: 'quantity', as: 'absolute' },
    'item.note': { column: 'note', as: 'string' },
  },
  group: { by: ['order', 'quantity'], into: 'properties.products', limit: 5000, within: 1, sum: {} },
};

async function importFile(recorder: Recorder, text: string): Promise<void> {
  const { file } = await recorder.need('upload', { query: { name: '小票.csv' }, upload: text });
  recorder.alias(file, 'file');
  await recorder.need('importSample', { body: { file } });
  await recorder.need('importCheck', { body: { file, mapping: MAPPING, rows: 1000 } });
  for (let n = 0; n < 2; n++) {
    await recorder.server.setClock(NOW + n * 60_000);
    await follow(recorder, (await recorder.need('importRun', { body: { file, mapping: MAPPING } })) as Job);
  }
}

/** Takes persons apart and puts them together by hand, some of it undone again, some of it refused. */
async function decide(recorder: Recorder): Promise<void> {
  const { items } = await recorder.need('customers', { query: { order: 'events', known: 'true', limit: 40 } });
  const many = items.filter(({ identifiers }) => identifiers.length > 2);
  for (const { id, identifiers } of many.slice(0, 4)) {
    const body = { identifiers: identifiers.slice(-1).map((each) => each.id), reason: '不是同一人' };
    await recorder.ask('unmergePreview', { params: { id }, body });
    await recorder.ask('unmerge', { params: { id }, body });
  }
  const [first, second, third] = many as [(typeof many)[0], (typeof many)[0], (typeof many)[0]];
  await recorder.ask('linkIdentifiers', {
    body: { a: first.identifiers[0]!.id, b: first.identifiers.at(-1)!.id, reason: 'same after all' },
  });
  await recorder.ask('linkIdentifiers', {
    body: { a: second.identifiers.at(-1)!.id, b: third.identifiers[0]!.id, reason: '' },
  });
  await recorder.ask('linkIdentifiers', {
    body: { a: first.identifiers[0]!.id, b: first.identifiers[0]!.id, reason: '' },
  });
  await recorder.ask('unmerge', { params: { id: '123' }, body: { identifiers: ['123'], reason: '' } });
}

async function quarantine(recorder: Recorder, sources: Readonly<Record<string, string>>): Promise<void> {
  const mends = [
    {
      event: 'Order Completed',
      change: { kind: 'move' as const, from: 'properties.orderId', to: 'properties.order_id' },
    },
  ];
  await recorder.need('quarantineReplay', { body: { dryRun: true, source: sources['web'], mends } });
  for (const name of ['web', 'app'])
    await recorder.need('sourceUpdate', { params: { id: sources[name]! }, body: { mends, name: `${name} 已修` } });
  await recorder.need('quarantineReplay', { body: { dryRun: false, code: 'contract' } });
  await recorder.need('quarantineReplay', { body: { dryRun: false, ids: ['1', '2', '3', '9999'] } });
  const { items } = await recorder.need('quarantine', { query: { limit: 3 } });
  await recorder.need('quarantineDismiss', { body: { ids: [...items.map(({ id }) => id), '2', '424242'] } });
  await settle(recorder);
}

async function makeSources(recorder: Recorder): Promise<Record<string, { id: string; writeKey: string }>> {
  const { items } = await recorder.need('sources');
  const made = { default: items[0]! } as Record<string, { id: string; writeKey: string }>;
  for (const name of ['web', 'app']) made[name] = await recorder.need('sourceCreate', { body: { name } });
  for (const [name, { id, writeKey }] of Object.entries(made)) {
    if (id !== name) recorder.alias(id, `source ${name}`);
    recorder.alias(writeKey, `key of ${name}`);
  }
  return made;
}

async function tell(recorder: Recorder, { requests, file }: World): Promise<Record<string, string>> {
  const made = await makeSources(recorder);
  for (const [n, { source, batch }] of requests.entries()) {
    await recorder.server.setClock(NOW - (requests.length - n) * HOUR);
    await send(recorder, made[source]!.writeKey, batch);
  }
  await settle(recorder);
  await recorder.server.setClock(NOW);
  await importFile(recorder, file);
  const files = (await recorder.need('sources')).items.filter(({ kind }) => kind === 'file');
  for (const [n, { id }] of files.entries()) recorder.alias(id, `file source ${n}`);
  const sources = Object.fromEntries(Object.entries(made).map(([name, { id }]) => [name, id]));
  await decide(recorder);
  await quarantine(recorder, sources);
  return sources;
}

const SAMPLES: Readonly<Record<string, string>> = {
  product: 'p',
  brand: 'acme',
  category: 'tea',
  order: 'o1',
  country: 'c',
  city: '上',
  store: 's',
  coupon: '满',
  search: '绿',
  device: 'd',
  ticket: 't1',
  review: 'r1',
};

/** What there is to ask about. The hub comes first among the products. */
export async function gather(recorder: Recorder, sources: Readonly<Record<string, string>>): Promise<Facts> {
  const { items } = await recorder.need('customers', { query: { order: 'events', limit: 12 } });
  const persons = items.map(({ id }) => id);
  const former: string[] = [];
  for (const id of persons) {
    const { history } = await recorder.need('customerIdentity', { params: { id } });
    former.push(...history.flatMap(({ kind, other }) => (kind === 'merged' && other ? [other] : [])).slice(0, 1));
  }
  const nodes: Record<string, string[]> = {};
  for (const [type, q] of Object.entries(SAMPLES)) {
    const found = await recorder.need('graphSearch', { query: { q, types: type, limit: 5 } });
    nodes[type] = found.items.map(({ id }) => id);
  }
  const hub = await recorder.need('graphSearch', { query: { q: 'p0', types: 'product', limit: 1 } });
  nodes['product'] = [hub.items[0]!.id, ...nodes['product']!];
  return { persons: [...persons, ...former.slice(0, 4)], nodes, sources, head: await settle(recorder) };
}

/** An exploration is saved, changed, thrown away and taken back. */
async function saveScene(recorder: Recorder): Promise<void> {
  const content = {
    address: { n: '1,2' },
    places: { '1': [0.5, -2] as [number, number] },
    drawn: { nodes: ['1', '2'], edges: { '1:2:bought': 3 } },
  };
  const { id, version } = await recorder.need('sceneCreate', { body: { name: '新客 “路径”', content } });
  recorder.alias(id, 'scene');
  const params = { id };
  const renamed = await recorder.need('sceneUpdate', { params, body: { version, name: 'Paths' } });
  await recorder.ask('sceneUpdate', { params, body: { version, name: 'too late' } });
  await recorder.need('sceneDelete', { params, query: { version: renamed.version } });
  await recorder.need('sceneRestore', { params });
  await recorder.need('scene', { params });
}

/** Other rules: a device is never shared, numbers may have more owners, and one more kind counts. */
async function changeRules(recorder: Recorder): Promise<void> {
  const rules = await recorder.need('identityRules');
  const kinds = rules.kinds.map((kind) =>
    kind.kind === 'phone' ? { ...kind, limit: 1 } : kind.kind === 'user_id' ? { ...kind, limit: 2 } : kind,
  );
  const body = { ...rules, kinds, sharedDeviceOwners: 3 };
  await recorder.need('identityDryRun', { body });
  await follow(recorder, (await recorder.need('identityRulesUpdate', { body })) as Job);
}

async function changeOntology(recorder: Recorder): Promise<void> {
  const ontology = await recorder.need('ontology');
  const { viewed: _, ...edgeTypes } = ontology.edgeTypes;
  const projections = ontology.projections.map((item) => ({
    ...item,
    edges: item.edges.filter(({ type }) => type !== 'viewed'),
  }));
  await follow(
    recorder,
    (await recorder.need('ontologyUpdate', { body: { ...ontology, edgeTypes, projections } })) as Job,
  );
}

/** Everything that is done and asked, from an empty server on. */
export async function play(recorder: Recorder): Promise<void> {
  const sources = await tell(recorder, createWorld());
  let hours = 0;
  const phase = async (name: string, step: number, change: () => Promise<void>) => {
    recorder.phase = name;
    await recorder.server.setClock(NOW + ++hours * HOUR);
    await change();
    await askAll(recorder, await gather(recorder, sources), step);
  };
  await phase('as told', 1, () => saveScene(recorder));
  await phase('rebuilt', 3, async () => {
    const rebuild = (await recorder.need('rebuild')) as Job;
    await follow(recorder, rebuild);
    await recorder.ask('jobCancel', { params: { id: rebuild.id } });
    await recorder.ask('jobRetry', { params: { id: rebuild.id } });
  });
  await phase('under other rules', 5, () => changeRules(recorder));
  await phase('under another ontology', 5, () => changeOntology(recorder));
}

export const asked = (recorder: Recorder): ReadonlySet<EndpointName> =>
  new Set(recorder.entries.map(({ endpoint }) => endpoint));
