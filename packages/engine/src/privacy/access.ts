import type { JsonObject, NodeId } from '@guanxi/contracts';
import { idArray } from '../platform/index.ts';
import { mentionsOf } from './mentions.ts';
import type { PrivacyParts } from './parts.ts';
import { readable, recordsTo } from './survey.ts';

const EDGES = 1000;

/** What each part of the file is, for the person who reads it. */
const NOTES: JsonObject = {
  identifiers: 'Identifiers by which we know you, and how they were joined',
  traits: 'What is known of you, with every value that did not win and where each comes from',
  activity: 'How often each kind of event was seen',
  consent: 'What you agreed to, with every change',
  relations: 'What you are related to in our graph',
  events: 'Every event as it came and as it was understood',
  mentions: 'Events of other people that name one of your identifiers; their other content is theirs and left out',
  quarantine: 'Events that were not accepted and name you',
  audit: 'What our people did with your data',
  uploads: 'Files that wait for import are kept apart and removed after their time; ask for them where this matters',
};

/** Everything that is held of a person, as the text of one JSON object, piece by piece. */
export async function* accessFile(person: NodeId, parts: PrivacyParts): AsyncGenerator<string> {
  const { identity, profile, consent, platform, audit, ingest } = parts;
  const identifiers = (await identity.identifiersOf([person])).get(person) ?? [];
  const { traits, activity, name } = await profile.customer(person);
  const head = {
    made: new Date(platform.clock.now()).toISOString(),
    person: { id: person, name },
    notes: NOTES,
    identity: await identity.person(person),
    traits,
    activity,
    consent: await consent.of(person),
  };
  yield JSON.stringify(head).slice(0, -1);
  const ids = identifiers.map(({ id }) => id);
  yield* list('relations', relations(ids, parts));
  const own = new Set(ids);
  const others: number[] = [];
  yield* list('events', events(own, others, parts));
  yield `,"mentions":${JSON.stringify(others)}`;
  const mentions = mentionsOf(identifiers, identity);
  const refused = await ingest.quarantine.find(({ raw }) => mentions.raw(raw));
  const items: unknown[] = [];
  for (const number of refused) items.push(await ingest.quarantine.get(String(number)));
  yield `,"quarantine":${JSON.stringify(items)}`;
  const done: unknown[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await audit.search({ subject: person, limit: 500, cursor });
    done.push(...page.items.map(({ at, action, outcome, actor }) => ({ at, action, outcome, by: actor.kind })));
    if (page.next === null) break;
    cursor = page.next;
  }
  yield `,"audit":${JSON.stringify(done)}}\n`;
}

async function* list(name: string, items: AsyncIterable<unknown>): AsyncGenerator<string> {
  yield `,"${name}":[`;
  let first = true;
  for await (const item of items) {
    yield `${first ? '' : ','}\n${JSON.stringify(item)}`;
    first = false;
  }
  yield ']';
}

async function* relations(ids: readonly NodeId[], { platform, graph }: PrivacyParts): AsyncGenerator<unknown> {
  for (let offset = 0; ; offset += EDGES) {
    const rows = await platform.clickhouse.query<{ direction: string; type: string; other: string; otherType: string }>(
      `SELECT direction, type, toString(adjacency.other) AS other, any(other_type) AS otherType, sum(count) AS count,
              sum(weight) AS weight, min(first) AS first, max(last) AS last
       FROM adjacency WHERE node IN {ids:Array(UInt64)}
       GROUP BY direction, type, adjacency.other ORDER BY direction, type, adjacency.other LIMIT ${EDGES} OFFSET {offset:UInt64}`,
      { ids: idArray(ids), offset },
    );
    if (rows.length === 0) return;
    const labels = await graph.labels(rows.map((row) => ({ id: row.other, type: row.otherType })));
    for (const row of rows) yield { ...row, label: labels.get(row.other)?.label ?? null };
  }
}

async function* events(
  own: ReadonlySet<NodeId>,
  others: number[],
  { platform, identity }: PrivacyParts,
): AsyncGenerator<unknown> {
  for await (const records of recordsTo(platform.log, 0, platform.log.head()))
    for (const record of records) {
      const event = readable(record);
      const identifiers = (event && identity.observe(event)?.identifiers) ?? [];
      if (identifiers[0] && own.has(identifiers[0].id))
        yield {
          seq: record.seq,
          receivedAt: new Date(record.receivedAt).toISOString(),
          source: record.sourceId,
          raw: JSON.parse(record.payload) as unknown,
        };
      else if (identifiers.some(({ id }) => own.has(id))) others.push(record.seq);
    }
}
