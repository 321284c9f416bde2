import { type FileFormat, type Localized, type MappingProposal, reason } from '@guanxi/contracts';
import { type Assignment, assignConcepts } from './assign.ts';
import { castFor, Draft } from './draft.ts';
import { proposeOrders } from './orders.ts';
import { type Common, type Known, takePerson, takeTime } from './parts.ts';
import type { ColumnEvidence } from './profile.ts';
import { type Concept, wordsOf } from './vocabulary.ts';

export interface Sampled {
  readonly columns: readonly ColumnEvidence[];
  readonly file: FileFormat;
  /** What the file is called: names the data set, and events that nothing else names. */
  readonly name: string;
}

/**
 * Propose how a file becomes events, from its columns' names and values alone: what kind of table it is, which column is
 * which field, how sure that is and why. Every column is used; those not recognised keep their names.
 */
export function proposeMapping({ columns, file, name }: Sampled): MappingProposal {
  const found = assignConcepts(columns);
  const known: Known = { columns, found, draft: new Draft() };
  const common = { name: datasetName(name), file, skip: [], event: [] };
  if (isWire(columns)) return proposeWire(known, common);
  if (isOrders(found)) return proposeOrders(known, common);
  if (isCustomers(found, columns)) return proposeCustomers(known, common);
  return proposeTrack(known, common, eventTitle(name));
}

function datasetName(name: string): string {
  return (name.replace(/(\.(gz|zst|zstd|csv|tsv|tab|txt|jsonl|ndjson|parquet|xlsx))+$/i, '') || 'file').slice(0, 100);
}

function eventTitle(name: string): string {
  const words = wordsOf(datasetName(name)).replace(/_?\d+/g, '').split('_').filter(Boolean);
  return (
    words
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join(' ')
      .slice(0, 80) || 'Imported'
  );
}

const has = (found: Assignment, ...concepts: Concept[]) => concepts.some((concept) => found.has(concept));

function isOrders(found: Assignment): boolean {
  return (
    has(found, 'order_id') &&
    !has(found, 'event') &&
    has(found, 'product_id', 'product_name', 'amount', 'price', 'quantity', 'products')
  );
}

const PERSON: readonly Concept[] = [
  'email', 'phone', 'name', 'first_name', 'last_name', 'gender', 'birthday', 'age', 'address', 'city', 'province', 'postcode',
  'company', 'member_no', 'created_at', 'updated_at', 'wechat_openid', 'wechat_unionid', 'country',
]; // prettier-ignore

interface PersonKey {
  readonly column: ColumnEvidence;
  readonly score: number;
  readonly why: Localized;
}

/** One row per person: something names people, most values of it once, and columns say what people are like. */
function isCustomers(found: Assignment, columns: readonly ColumnEvidence[]): boolean {
  if (has(found, 'event', 'product_id', 'rating', 'quantity', 'price', 'query')) return false;
  if (personKey(found, columns) === null) return false;
  return told(found) >= 2 || !found.has('time');
}

const told = (found: Assignment) => PERSON.filter((concept) => found.has(concept)).length;

/** The column that names a person in a table of people: one value per row, or nearly. */
function personKey(found: Assignment, columns: readonly ColumnEvidence[]): PersonKey | null {
  for (const concept of ['user_id', 'member_no', 'wechat_unionid', 'phone', 'email'] as const) {
    const assigned = found.get(concept);
    if (assigned && assigned.column.unique > 0.8) return assigned;
  }
  // Rows with numbers of their own are people only where much is told of people.
  const row = found.get('row_id');
  if (row && (told(found) >= 3 || !found.has('time')))
    return { ...row, score: 0.6, why: { zh: '每行一个值，列名像编号', en: 'One value per row, and a name of keys' } };
  const column = columns.find(
    (candidate) =>
      candidate.unique > 0.98 && candidate.profile.filled > 0.98 && /(id|号)$/.test(wordsOf(candidate.profile.name)),
  );
  return column && told(found) >= 1
    ? {
        column,
        score: 0.55,
        why: { zh: '每行一个值，列名以编号结尾', en: 'One value per row, and the name ends like a key’s' },
      }
    : null;
}

function proposeCustomers(known: Known, common: Common): MappingProposal {
  const { found, draft, columns } = known;
  const key = personKey(found, columns)!;
  if (!found.has('user_id') && ['row_id', undefined].includes(conceptOf(found, key.column)))
    draft.add('userId', key.column, 'string', key.score, key.why);
  takePerson(known, 'traits');
  draft.take('traits.created_at', found.get('created_at'), 'instant');
  takeTime(known, 'updated_at', 'created_at');
  draft.keepRest(columns, () => 'traits');
  return draft.finish({ ...common, type: 'identify' });
}

function conceptOf(found: Assignment, column: ColumnEvidence): Concept | undefined {
  return [...found].find(([, assigned]) => assigned.column === column)?.[0];
}

const namesPeople = (found: Assignment) =>
  has(
    found,
    'user_id',
    'anonymous_id',
    'device_id',
    'member_no',
    'phone',
    'email',
    'wechat_openid',
    'wechat_unionid',
    'last_name',
  );

/** Words of shops for what people did, and the events that are known by them. */
const BEHAVIOURS: readonly (readonly [RegExp, string])[] = [
  [/^(pv|view|views|viewed|click|detail|product_view(ed)?|view_item|浏览|点击|查看)$/i, 'Product Viewed'],
  [/^(cart|add_?to_?cart|addtocart|add_cart|加购|加购物车|加入购物车)$/i, 'Product Added'],
  [/^(remove_?from_?cart|移出购物车)$/i, 'Product Removed'],
  [/^(fav|favou?rite|collect|wishlist|like|收藏)$/i, 'Product Favourited'],
  [/^(share|分享)$/i, 'Product Shared'],
];

function proposeTrack(known: Known, common: Common, title: string): MappingProposal {
  const { found, draft, columns } = known;
  // Among goods and without people, a name is a product's.
  if (has(found, 'price', 'category', 'brand', 'product_id') && !namesPeople(found))
    draft.take('properties.name', found.get('product_name') ?? found.get('name'));
  takePerson(known, 'context.traits');
  takeTime(known, 'time', 'created_at', 'updated_at');
  const events = nameEvents(known, title);
  draft.take('properties.product_id', found.get('product_id'));
  draft.take('properties.name', found.get('product_name'));
  for (const concept of ['category', 'brand', 'order_id', 'currency', 'query', 'status'] as const)
    draft.take(`properties.${concept}`, found.get(concept));
  for (const concept of ['quantity', 'price', 'rating', 'discount'] as const)
    draft.take(`properties.${concept}`, found.get(concept), 'number');
  draft.take('properties.revenue', found.get('amount'), 'number');
  draft.take('properties.review_body', found.get('review'));
  draft.take('properties.coupon_id', found.get('coupon'));
  draft.take('properties.campaign_id', found.get('campaign'));
  draft.take('context.page.url', found.get('url'));
  draft.take('context.ip', found.get('ip'));
  draft.take('context.userAgent', found.get('user_agent'));
  draft.keepRest(columns, () => 'properties');
  return draft.finish({ ...common, type: 'track', event: events });
}

/** Cases that name the events; a column of names is taken as it is beside them. */
function nameEvents({ found, draft }: Known, title: string): Common['event'] {
  const named = found.get('event');
  if (named) {
    const column = named.column.profile.name;
    const cases = found.has('product_id')
      ? named.column.values.flatMap(([value]) => {
          const known = BEHAVIOURS.find(([pattern]) => pattern.test(value));
          return known ? [{ when: [{ column, is: 'equals' as const, value }], name: known[1] }] : [];
        })
      : [];
    draft.take('event', named);
    return cases.slice(0, 30);
  }
  if (found.has('product_id') && has(found, 'rating', 'review')) return [{ when: [], name: 'Product Reviewed' }];
  if (found.has('query')) return [{ when: [], name: 'Products Searched' }];
  if (has(found, 'amount', 'price') && (found.has('time') || namesPeople(found)))
    return [{ when: [], name: 'Purchase' }];
  return [{ when: [], name: title }];
}

const WIRE_TOP = new Set(['userId', 'anonymousId', 'previousId', 'groupId', 'messageId', 'timestamp', 'event', 'name']);
const WIRE_INSIDE = /^(properties|traits|context)\.[^.]/;

/** Events as clients send them, a line each. */
function isWire(columns: readonly ColumnEvidence[]): boolean {
  const names = columns.map(({ profile }) => profile.name);
  return (
    names.some((name) => name === 'userId' || name === 'anonymousId') &&
    names.includes('type') &&
    names.some((name) => name === 'event' || WIRE_INSIDE.test(name))
  );
}

function proposeWire({ columns, draft }: Known, common: Common): MappingProposal {
  const why = { zh: '文件里是客户端发送的事件', en: 'The file holds events as clients send them' };
  const types = columns.find(({ profile }) => profile.name === 'type')!;
  draft.used.add(types);
  const type =
    (['track', 'identify', 'page', 'group'] as const).find((candidate) => candidate === types.values[0]?.[0]) ??
    'track';
  for (const column of columns) {
    const { name } = column.profile;
    if (WIRE_TOP.has(name)) draft.add(name, column, name === 'timestamp' ? 'instant' : 'string', 0.95, why);
    else if (WIRE_INSIDE.test(name)) draft.add(name, column, castFor(column), 0.95, why);
  }
  draft.keepRest(columns, () => 'context.import');
  const others = types.values.filter(([value]) => value !== type);
  const skip = others.map(([value]) => ({
    when: [{ column: 'type', is: 'equals' as const, value }],
    reason: reason('otherType', { field: value.slice(0, 60) }),
  }));
  return draft.finish({ ...common, type, skip: skip.slice(0, 20) });
}
