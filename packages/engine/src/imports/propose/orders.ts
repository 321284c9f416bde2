import { type ImportMapping, type MappingProposal, reason } from '@guanxi/contracts';
import type { ColumnEvidence } from './profile.ts';
import { castFor } from './draft.ts';
import { type Common, type Known, takePerson, takeTime } from './parts.ts';

/** Tables of orders: a line per order, or a line per ordered product. */
export function proposeOrders(known: Known, common: Common): MappingProposal {
  const { found, draft, columns } = known;
  const order = found.get('order_id')!.column;
  const lines = found.has('product_id') || found.has('product_name') || repeats(order);
  draft.take('properties.order_id', found.get('order_id'));
  takePerson(known, 'context.traits');
  takeTime(known, 'time', 'created_at', 'updated_at');
  const refunds = refundCases(known);
  let sum: Sums = {};
  if (lines) sum = takeLines(known, refunds.negative);
  else draft.take('properties.revenue', found.get('amount'), refunds.negative === 'amount' ? 'absolute' : 'number');
  draft.take('properties.products', found.get('products'), 'json');
  draft.take('properties.currency', found.get('currency'));
  draft.take('properties.status', found.get('status'));
  draft.take('properties.coupon', found.get('coupon'));
  draft.keepRest(columns, (column) => (lines && varies(column, order) ? 'item' : 'properties'));
  const skip =
    order.profile.filled < 1
      ? [{ when: [{ column: order.profile.name, is: 'empty' as const }], reason: reason('noOrder') }]
      : [];
  return draft.finish({
    ...common,
    skip,
    type: 'track',
    event: [...refunds.cases, { when: [], name: 'Order Completed' }],
    ...(lines && { group: { ...groupOf(order), sum } }),
  });
}

type Group = NonNullable<ImportMapping['group']>;
type Sums = Group['sum'];

function groupOf(order: ColumnEvidence): Omit<Group, 'sum'> {
  // Orders of several tills interleave; a hundred rows of patience cost nothing.
  return { by: [order.profile.name], into: 'properties.products', limit: 5000, within: comesAgain(order) ? 5000 : 100 };
}

const repeats = (order: ColumnEvidence) => order.profile.distinct < order.cells.filter((cell) => cell !== '').length;

/** Whether rows of one order stand apart. */
function comesAgain({ cells }: ColumnEvidence): boolean {
  const seen = new Set<string>();
  return cells.some((cell, index) => {
    if (cell === '' || cell === cells[index - 1]) return false;
    const again = seen.has(cell);
    seen.add(cell);
    return again;
  });
}

/** Whether rows of one order differ in this column. */
function varies(column: ColumnEvidence, order: ColumnEvidence): boolean {
  const first = new Map<string, string>();
  return column.cells.some((cell, index) => {
    const key = order.cells[index]!;
    if (key === '') return false;
    const known = first.get(key);
    if (known === undefined) first.set(key, cell);
    return known !== undefined && known !== cell;
  });
}

/** The fields of an order's items; returns what is to be added up over them. */
function takeLines({ found, draft, columns }: Known, negative: 'quantity' | 'amount' | null): Sums {
  const order = found.get('order_id')!.column;
  const named = found.get('product_name');
  if (!draft.take('item.product_id', found.get('product_id')) && named)
    draft.add('item.product_id', named.column, 'string', 0.6, {
      zh: '没有商品编号，以名称代替',
      en: 'There is no product number, so that its name stands for it',
    });
  draft.take('item.name', named);
  draft.take('item.category', found.get('category'));
  draft.take('item.brand', found.get('brand'));
  draft.take('item.quantity', found.get('quantity'), negative === 'quantity' ? 'absolute' : 'number');
  draft.take('item.price', found.get('price'), 'number');
  const amount = found.get('amount');
  const ofLine = amount !== undefined && varies(amount.column, order);
  if (amount)
    draft.take(ofLine ? 'item.total' : 'properties.revenue', amount, negative === null ? 'number' : 'absolute');
  for (const column of columns)
    if (column.lists > 0.5 && !draft.used.has(column) && varies(column, order))
      draft.add(`item.${column.profile.name}`, column, castFor(column), 0.4, {
        zh: '每行是一个列表',
        en: 'A list per row',
      });
  if (amount && !ofLine) return {};
  if (!amount && !(found.has('quantity') && found.has('price'))) return {};
  const revenue = amount ? ['total'] : ['quantity', 'price'];
  draft.confidence['properties.revenue'] = {
    score: 0.75,
    why: {
      zh: `${revenue.join(' × ')}，按订单的各行相加`,
      en: `${revenue.join(' × ')}, added up over the order’s rows`,
    },
  };
  return { 'properties.revenue': revenue };
}

const REFUNDED = /退款|退货|已退|refund|return/i;
const CANCELLED = /取消|关闭|作废|cancel|void/i;

/** Rows that take an order back: by a word of their status, or by a quantity or amount below nothing. */
function refundCases({ found }: Known): { cases: Common['event']; negative: 'quantity' | 'amount' | null } {
  const status = found.get('status')?.column;
  const cases: Common['event'] = (status?.values ?? [])
    .filter(([value]) => REFUNDED.test(value) || CANCELLED.test(value))
    .slice(0, 20)
    .map(([value]) => ({
      when: [{ column: status!.profile.name, is: 'equals', value }],
      name: REFUNDED.test(value) ? 'Order Refunded' : 'Order Cancelled',
    }));
  const negative =
    (['quantity', 'amount'] as const).find((concept) => (found.get(concept)?.column.negative ?? 0) > 0) ?? null;
  if (negative)
    cases.push({
      when: [{ column: found.get(negative)!.column.profile.name, is: 'less_than', value: 0 }],
      name: 'Order Refunded',
    });
  return { cases, negative };
}
