// Everything that a user can send as text, in every place where it is taken: never a fault of the server, and every table
// is as it was.
import { type Endpoint, type EndpointName, endpoints } from '@guanxi/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { openWorld, type World } from './world.ts';

const SEED = Number(process.env['GUANXI_SEED'] ?? Date.now() % 2 ** 31);
const RUNS = 12;
/** Long work and streams without end; what they take is a permission or an enumeration. */
const NOT_TRIED = new Set<EndpointName>([
  'live',
  'rebuild',
  'upload',
  'ontologyUpdate',
  'identityRulesUpdate',
  'demoLoad',
  'demoClear',
  // Asked by the operator, it writes wherever the text says.
  'backup',
]);

const HOSTILE = [
  "' OR '1'='1", "'; DROP TABLE account; --", '"; DROP TABLE event; --', "') UNION SELECT password FROM account --",
  '1; TRUNCATE event_log', "\\'; DROP TABLE node; --", '${jndi:ldap://x}', '{p:String}', '{ids:Array(UInt64)}', '$1', '%', '_', '\\',
  '`', "''", '""', '/*', '*/', '--', ';', '\u0000', '\ud800', '\u2028', "0x27 OR 1=1", 'NULL', 'null', 'undefined', '__proto__',
  'constructor', '../../../etc/passwd', '%00', '%27', "admin'--", "x' FORMAT JSON", 'sleep(10)', 'pg_sleep(10)', '-1', '1e999',
  "1' AND (SELECT 1 FROM pg_sleep(5))='1", 'toString(1)', "\n' ; DROP DATABASE default", '9223372036854775808', '😀'.repeat(50),
]; // prettier-ignore
const hostile = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 20 }))
      .map((both) => both.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
);

type Schema = Record<string, unknown>;
const jsonOf = (type: z.ZodType) => z.toJSONSchema(type, { unrepresentable: 'any', io: 'input' }) as Schema;

/** A value that has the shape a schema wants and, wherever that is text, something hostile. */
function shaped(schema: Schema, root: Schema, depth = 0): fc.Arbitrary<unknown> {
  const reference = schema['$ref'] as string | undefined;
  if (reference) {
    const found = reference
      .split('/')
      .slice(1)
      .reduce<unknown>((at, key) => (at as Schema)[key], root) as Schema;
    return depth > 6 ? hostile : shaped(found, root, depth + 1);
  }
  const options = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined;
  if (options) return fc.oneof(...options.map((each) => shaped(each, root, depth + 1)));
  const parts = schema['allOf'] as Schema[] | undefined;
  if (parts) return shaped(Object.assign({}, ...parts) as Schema, root, depth + 1);
  if (schema['enum']) return fc.oneof(fc.constantFrom(...(schema['enum'] as unknown[])), hostile);
  if ('const' in schema) return fc.constant(schema['const']);
  switch (schema['type']) {
    case 'object': {
      const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
      const needed = (schema['required'] ?? []) as string[];
      const model = Object.fromEntries(
        Object.entries(properties).map(([name, each]) => [name, shaped(each, root, depth + 1)]),
      );
      return Object.keys(model).length > 0
        ? fc.record(model, { requiredKeys: needed })
        : fc.dictionary(hostile, hostile, { maxKeys: 3, noNullPrototype: true });
    }
    case 'array':
      return fc.array(shaped((schema['items'] ?? {}) as Schema, root, depth + 1), { maxLength: 3 });
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.oneof(
        { weight: 3, arbitrary: fc.integer({ min: 1, max: 50 }) },
        fc.constantFrom(-1, 0, 1e15, 0.5),
        hostile,
      );
    default:
      return hostile;
  }
}
const shapedBy = (type: z.ZodType | undefined) => {
  if (!type) return fc.constant(undefined);
  const schema = jsonOf(type);
  return shaped(schema, schema);
};

/** Words that mean something here, so that some requests come past the first check. */
const SENSIBLE: Record<string, fc.Arbitrary<string>> = {
  id: fc.constantFrom('1', '12', 'default', '9223372036854775807', '9223372036854775808'),
  from: fc.constantFrom('1', '2', '2026-01-01T00:00:00.000Z'),
  to: fc.constantFrom('1', '3', '2026-12-01T00:00:00.000Z'),
  limit: fc.constantFrom('1', '20'),
};
function textsOf(type: z.ZodObject | undefined, mostlySensible: boolean): fc.Arbitrary<Record<string, string>> {
  const fields = Object.keys(type?.shape ?? {}).map((name) => {
    const sensible = SENSIBLE[name];
    const arbitrary = sensible && mostlySensible ? fc.oneof({ weight: 3, arbitrary: sensible }, hostile) : hostile;
    return [name, arbitrary] as const;
  });
  return fc.record(Object.fromEntries(fields), { requiredKeys: [] }) as fc.Arbitrary<Record<string, string>>;
}

let world: World;
beforeAll(async () => {
  world = await openWorld();
  const { ingest, river, platform } = world.server.guanxi;
  const [source] = await ingest.sources.list();
  const events = Array.from({ length: 30 }, (_, n) => ({
    type: 'track',
    event: 'Product Viewed',
    messageId: `m${n}`,
    userId: `u${n % 5}`,
    properties: { product_id: `p${n % 3}`, name: "D'Artagnan; --" },
  }));
  await ingest.acceptEvents(source!.id, events, { lasting: false });
  await river.waitFor(platform.log.head());
}, 120_000);
afterAll(() => world.close());

/** What nobody but events may change, counted; and the names of all tables. */
async function whatIsThere() {
  const { postgres, clickhouse } = world.server.guanxi.platform;
  const counts = await clickhouse.query<{ n: string }>(
    "SELECT toString(count()) AS n FROM event_log WHERE kind = 'event' UNION ALL SELECT toString(count()) AS n FROM event",
  );
  const tables = await postgres.query(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
  );
  const derived = await clickhouse.query(
    'SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name',
  );
  const admins = await postgres.query("SELECT email, role FROM account WHERE email = 'admin@example.com'");
  return { counts: counts.map(({ n }) => n).sort(), tables, derived, admins };
}

const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const codeUnits = (text: string) => encodeURIComponent(text.replace(LONE, '?'));
const names = (Object.keys(endpoints) as EndpointName[]).filter((name) => !NOT_TRIED.has(name));
test.each(names)(`%s takes hostile text without harm (seed ${SEED})`, { timeout: 180_000 }, async (name) => {
  const endpoint = endpoints[name] as Endpoint;
  const before = await whatIsThere();
  const statuses = new Set<number>();
  const call = fc.record({
    params: textsOf(endpoint.params, true),
    query: textsOf(endpoint.query, true),
    body: endpoint.body ? shapedBy(endpoint.body) : fc.constant(undefined),
  });
  await fc.assert(
    fc.asyncProperty(call, async ({ params, query, body }) => {
      const path = endpoint.path.replace(/:([a-zA-Z]+)/g, (_, key: string) => codeUnits(params[key] ?? '1') || '1');
      const search = Object.entries(query)
        .map(([key, value]) => `${key}=${codeUnits(value)}`)
        .join('&');
      const answer = await world.ask(endpoint.method, search ? `${path}?${search}` : path, {
        bearer: world.server.token,
        ...(body === undefined ? {} : { body }),
      });
      statuses.add(answer.status);
      // 503 is how an identity provider or engine that is away is told; nothing here is away.
      expect([name, answer.status < 500, answer.body['code']]).toEqual([name, true, answer.body['code']]);
    }),
    { seed: SEED, numRuns: RUNS, endOnFailure: true },
  );
  expect(await whatIsThere()).toEqual(before);
  expect(statuses.size).toBeGreaterThan(0);
});
