import type { CallOf, EndpointName, Endpoints } from '@guanxi/contracts';
import type { Recorder } from './recorder.ts';

/** What the questions are asked about; the same on every engine, or the difference is found before them. */
export interface Facts {
  /** Persons with many events, first the one with the most; then former ids of persons. */
  readonly persons: readonly string[];
  /** Nodes by type; the first product is the hub. */
  readonly nodes: Readonly<Record<string, readonly string[]>>;
  readonly sources: Readonly<Record<string, string>>;
  readonly head: number;
}

/** How an endpoint is put to the test: asked these questions, or called by the scenario, or why it is not. */
type Part<N extends EndpointName> =
  | { readonly questions: (facts: Facts) => readonly CallOf<Endpoints[N]>[] }
  | { readonly asks: (recorder: Recorder, facts: Facts) => Promise<void> }
  | 'by the scenario'
  | { readonly not: string };

/** Both PostgreSQLs pass one suite; what these answer is of ids, hashes and secrets that are drawn by lot. */
const IN_POSTGRES = { not: 'asks PostgreSQL alone' };
const TYPES = [
  'product',
  'brand',
  'category',
  'order',
  'country',
  'city',
  'store',
  'coupon',
  'search',
  'device',
  'ticket',
  'review',
];
const FROM = '2025-10-08T00:00:00.000Z';
const TO = '2025-10-30T12:00:00.000Z';
const NOBODY = '999999999';

const products = ({ nodes }: Facts) => nodes['product'] ?? [];
const someNodes = ({ nodes, persons }: Facts) => [
  ...TYPES.flatMap((type) => (nodes[type] ?? []).slice(0, 1)),
  ...persons.slice(0, 2),
  persons.at(-1)!,
];
const pairs = (facts: Facts): [string, string][] => {
  const [p0, p1, p2, p3] = facts.persons as [string, string, string, string];
  const [hub, b, c] = products(facts) as [string, string, string];
  const [country, city] = [facts.nodes['country']![0]!, facts.nodes['city']![0]!];
  return [[p0, p1], [p2, p3], [p0, hub], [hub, b], [b, c], [country, p1], [city, hub], [country, hub], [p0, facts.nodes['order']![0]!], [p0, p0], [p1, facts.persons.at(-1)!], [p0, NOBODY]]; // prettier-ignore
};

const neighbourQueries = (id: string) => [
  { params: { id } },
  { params: { id }, query: { cap: 3, order: 'count' as const } },
  { params: { id }, query: { cap: 2, order: 'last' as const, edgeTypes: 'viewed,bought,of_brand,lives_in' } },
  { params: { id }, query: { cap: 5, from: FROM, to: TO } },
  { params: { id }, query: { nodeTypes: 'person,order', cap: 4, from: FROM } },
];

/** The type makes sure that no endpoint is forgotten: one that is new has to say here how it is asked. */
export const plan: { readonly [N in EndpointName]: Part<N> } = {
  status: { questions: () => [{}] },
  home: { questions: () => [{}] },
  alerts: { questions: () => [{}] },
  jobs: { questions: () => [{}, { query: { limit: 2 } }] },
  job: 'by the scenario',
  jobCancel: 'by the scenario',
  jobRetry: 'by the scenario',
  rebuild: 'by the scenario',
  backup: { not: 'writes files beside the server; test/transfer restores them' },
  backups: { not: 'lists files beside the server; test/e2e sees them' },
  backupVerify: { not: 'reads files beside the server; test/e2e looks what is told' },
  restore: { not: 'replaces everything; test/transfer compares what is there then' },
  export: {
    async asks(recorder) {
      for (const what of ['customers', 'events', 'nodes', 'edges', 'quarantine'] as const)
        for (const format of recorder.phase === 'as told' ? (['jsonl', 'csv'] as const) : (['jsonl'] as const))
          await recorder.download({ params: { what }, query: { format } });
    },
  },
  sources: { questions: () => [{}] },
  sourceCreate: 'by the scenario',
  sourceUpdate: 'by the scenario',
  sourceVolume: {
    questions: ({ sources }) =>
      Object.values(sources).flatMap((id) =>
        [6, 24, 24 * 20, 24 * 90].map((hours) => ({ params: { id }, query: { hours } })),
      ),
  },
  live: { not: 'shows what passes through this process; the events list asks the same of the log' },
  events: {
    async asks(recorder, { sources }) {
      await recorder.ask('events', { query: { limit: 1000 } });
      await recorder.pages('events', { query: { limit: 7, name: 'Order Refunded' } });
      await recorder.pages('events', { query: { limit: 50, verdict: 'duplicate' } });
      await recorder.pages('events', { query: { limit: 20, verdict: 'quarantined' } });
      await recorder.pages('events', { query: { limit: 100, source: sources['app'], name: '签到 Checked In' } });
      await recorder.ask('events', { query: { cursor: 'nonsense' } });
    },
  },
  event: {
    questions: ({ head }) => Array.from({ length: 25 }, (_, n) => ({ params: { seq: Math.max(1, head - n * 61) } })),
  },
  quarantine: {
    async asks(recorder, { sources }) {
      for (const status of ['waiting', 'replayed', 'dismissed'] as const)
        await recorder.pages('quarantine', { query: { status, limit: 7 } });
      await recorder.ask('quarantine', { query: { code: 'contract', source: sources['web'] } });
      await recorder.ask('quarantine', { query: { cursor: 'x' } });
    },
  },
  quarantineItem: { questions: () => ['1', '7', '60', '9999', 'x'].map((id) => ({ params: { id } })) },
  quarantineReplay: 'by the scenario',
  quarantineDismiss: 'by the scenario',
  upload: 'by the scenario',
  importSample: 'by the scenario',
  importCheck: 'by the scenario',
  importRun: 'by the scenario',
  identityRules: { questions: () => [{}] },
  identityRulesUpdate: 'by the scenario',
  identityDryRun: 'by the scenario',
  customerIdentity: { questions: ({ persons }) => [...persons, NOBODY].map((id) => ({ params: { id } })) },
  unmergePreview: 'by the scenario',
  reveal: {
    questions: ({ persons }) =>
      persons.slice(0, 2).map((id) => ({
        body: { subject: { kind: 'customer' as const, id }, reason: 'both engines answer alike' },
      })),
  },
  unmerge: 'by the scenario',
  linkIdentifiers: 'by the scenario',
  customers: {
    async asks(recorder) {
      for (const order of ['last_seen', 'first_seen', 'events'] as const)
        await recorder.pages('customers', { query: { order, limit: 200, known: 'true' } });
      await recorder.ask('customers', { query: { order: 'events', limit: 50 } });
      await recorder.ask('customers', { query: { known: 'false', limit: 100 } });
      await recorder.ask('customers', { query: { firstFrom: FROM, order: 'first_seen', limit: 50 } });
      await recorder.ask('customers', { query: { lastFrom: FROM, known: 'true', limit: 50 } });
      for (const search of [
        'u1',
        '13800138001',
        'u7@example.com',
        '王小明',
        'zoë',
        '“安”',
        'ali\\',
        '%',
        'nobody at all',
        'crowd-user',
        '路人',
      ])
        await recorder.ask('customers', { query: { search, limit: 20 } });
      await recorder.ask('customers', { query: { cursor: 'x' } });
    },
  },
  customer: { questions: ({ persons }) => [...persons, NOBODY].map((id) => ({ params: { id } })) },
  customerNetwork: {
    questions: ({ persons }) => [persons[2]!, persons.at(-1)!, NOBODY].flatMap(neighbourQueries),
  },
  customerConsent: { questions: ({ persons }) => [...persons, NOBODY].map((id) => ({ params: { id } })) },
  customerConsentUpdate: { not: 'goes through the log as events do; test/privacy' },
  customerCorrect: { not: 'goes through the log as events do; test/privacy' },
  customerAccess: { not: 'puts together what other endpoints here answer' },
  erasurePreview: { not: 'counts rows as they lie, which merges in the background change' },
  erasureRequest: { not: 'takes away what the later phases ask for; test/privacy' },
  erasures: IN_POSTGRES,
  erasure: IN_POSTGRES,
  privacySettings: IN_POSTGRES,
  privacySettingsUpdate: IN_POSTGRES,
  retentionPreview: { questions: () => [{}] },
  retentionRun: { not: 'takes away what the later phases ask for' },
  customerTimeline: {
    async asks(recorder, { persons }) {
      for (const id of [persons[0]!, persons[1]!, persons.at(-1)!]) {
        await recorder.pages('customerTimeline', { params: { id }, query: { limit: 20 } });
        await recorder.pages('customerTimeline', { params: { id }, query: { limit: 9, from: FROM, to: TO } });
        await recorder.ask('customerTimeline', { params: { id }, query: { names: 'Product Viewed,Order Completed' } });
      }
    },
  },
  graphSearch: {
    questions: () => [
      ...[
        'p1',
        'product',
        '商品',
        '商品 4',
        'acme',
        'ＡＣＭＥ',
        '爆款',
        '王小明',
        'o1',
        '绿茶',
        'green tea',
        'it’s',
        '%',
        'u1',
        '路人 7',
      ].flatMap((q) => [{ query: { q } }, { query: { q, limit: 3 } }]),
      ...TYPES.map((types) => ({ query: { q: types[0]!, types } })),
      { query: { q: '路人', types: 'person', limit: 50 } },
    ],
  },
  graphNode: { questions: (facts) => [...someNodes(facts), NOBODY].map((id) => ({ params: { id } })) },
  graphNeighbours: { questions: (facts) => [...someNodes(facts), NOBODY].flatMap(neighbourQueries) },
  graphPath: {
    questions: (facts) =>
      pairs(facts).flatMap(([from, to]) => [
        { query: { from, to } },
        { query: { from, to, k: 5, maxHops: 3 } },
        { query: { from, to, k: 3, nodeTypes: 'product,person', edgeTypes: 'viewed,bought' } },
        { query: { from, to, k: 2, since: FROM, until: TO, maxHops: 3 } },
      ]),
  },
  graphCommon: {
    questions: (facts) =>
      pairs(facts).flatMap(([a, b]) => [
        { query: { a, b } },
        { query: { a, b, limit: 3, nodeTypes: 'person,product' } },
      ]),
  },
  edgeEvents: {
    async asks(recorder, facts) {
      for (const from of facts.persons.slice(0, 4))
        for (const type of ['viewed', 'bought'])
          await recorder.pages('edgeEvents', { query: { from, to: products(facts)[0]!, type, limit: 3 } });
      await recorder.pages('edgeEvents', {
        query: { from: products(facts)[0]!, to: facts.nodes['brand']![0]!, type: 'of_brand', limit: 400 },
      });
    },
  },
  ontology: { questions: () => [{}] },
  ontologyUpdate: 'by the scenario',
  graphInfluence: {
    questions: (facts) => [
      {
        params: { id: facts.persons[1]! },
        query: { along: 'bought,viewed:in', nodeTypes: 'product,person', maxHops: 2 },
      },
      { params: { id: products(facts)[1]! }, query: { along: 'bought', from: FROM, to: TO, maxHops: 2, limit: 20 } },
      { params: { id: NOBODY } },
    ],
  },
  graphCommunities: {
    questions: (facts) => [
      { body: { scope: { kind: 'types' as const, a: 'product', b: 'order' } } },
      { body: { scope: { kind: 'nodes' as const, ids: [...someNodes(facts)] }, resolution: 2 } },
    ],
  },
  graphCommunity: {
    questions: (facts) => [
      { body: { scope: { kind: 'types' as const, a: 'product', b: 'order' }, member: products(facts)[1]! } },
    ],
  },
  graphBetween: {
    questions: (facts) => [
      { body: { nodes: [...someNodes(facts)] } },
      { body: { nodes: [...someNodes(facts)], edgeTypes: ['bought', 'viewed'], from: FROM, to: TO } },
    ],
  },
  graphHistogram: {
    questions: (facts) => [
      { body: { nodes: [...someNodes(facts)] } },
      { body: { nodes: [...facts.persons], slices: 10 } },
    ],
  },
  scenes: { questions: () => [{}] },
  scene: 'by the scenario',
  sceneCreate: 'by the scenario',
  sceneUpdate: 'by the scenario',
  sceneDelete: 'by the scenario',
  sceneRestore: 'by the scenario',
  demoStatus: { not: 'the demo brand is loaded through the doors that the scenario uses' },
  demoLoad: { not: 'the demo brand is loaded through the doors that the scenario uses' },
  demoClear: { not: 'the demo brand is loaded through the doors that the scenario uses' },
  auditList: IN_POSTGRES,
  auditExport: IN_POSTGRES,
  auditVerify: IN_POSTGRES,
  session: IN_POSTGRES,
  setUp: IN_POSTGRES,
  signIn: IN_POSTGRES,
  signOut: IN_POSTGRES,
  signOnStart: IN_POSTGRES,
  signOnReturn: IN_POSTGRES,
  passwordChange: IN_POSTGRES,
  sessions: IN_POSTGRES,
  sessionEnd: IN_POSTGRES,
  linkLook: IN_POSTGRES,
  linkAccept: IN_POSTGRES,
  members: IN_POSTGRES,
  memberInvite: IN_POSTGRES,
  memberUpdate: IN_POSTGRES,
  memberRemove: IN_POSTGRES,
  memberReset: IN_POSTGRES,
  invitationRevoke: IN_POSTGRES,
  apiKeys: IN_POSTGRES,
  apiKeyCreate: IN_POSTGRES,
  apiKeyRevoke: IN_POSTGRES,
};

/** Asks every `step`th question of the plan; of lists that are asked by page, all. */
export async function askAll(recorder: Recorder, facts: Facts, step: number): Promise<void> {
  for (const [name, part] of Object.entries(plan) as [EndpointName, Part<EndpointName>][]) {
    if (typeof part === 'string' || 'not' in part) continue;
    if ('asks' in part) await part.asks(recorder, facts);
    else
      for (const [n, call] of part.questions(facts).entries())
        if (n % step === 0) await recorder.ask(name, call as never);
  }
}
