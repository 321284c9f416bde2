import { importMapping, type ImportMapping } from '@guanxi/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Outcome } from './grouping.ts';
import { compileMapping } from './mapper.ts';
import type { Row } from './readers/index.ts';

const mappingOf = (given: z.input<typeof importMapping>): ImportMapping => importMapping.parse(given);
const rowsOf = (rows: readonly (readonly unknown[])[]): Row[] =>
  rows.map((values, index) => ({ number: index + 2, values, content: JSON.stringify(values) }));

function map(mapping: ImportMapping, columns: readonly string[], rows: readonly Row[], fixed = true): Outcome[] {
  const mapper = compileMapping(mapping, { columns, fixed });
  return [...mapper.push(rows), ...mapper.end()];
}
const eventsOf = (outcomes: readonly Outcome[]) =>
  outcomes.flatMap((outcome) => (outcome.kind === 'event' ? [outcome.event] : []));

const ORDER_COLUMNS = ['order', 'sku', 'qty', 'price', 'customer', 'at'];
const orders = mappingOf({
  name: 'orders',
  skip: [{ when: [{ column: 'sku', is: 'equals', value: 'POSTAGE' }], reason: 'postage' }],
  event: [
    { when: [{ column: 'qty', is: 'less_than', value: 0 }], name: 'Order Refunded' },
    { when: [], name: 'Order Completed' },
  ],
  fields: {
    userId: { column: 'customer' },
    timestamp: { column: 'at', as: 'instant', zone: 'Asia/Shanghai' },
    'properties.order_id': { column: 'order' },
    'properties.currency': { constant: 'CNY' },
    'item.product_id': { column: 'sku' },
    'item.quantity': { column: 'qty', as: 'absolute' },
    'item.price': { column: 'price', as: 'number' },
  },
  group: { by: ['order'], sum: { 'properties.revenue': ['quantity', 'price'] } },
});

test('neighbouring rows become one event with items; skipped rows do not part them', () => {
  const outcomes = map(orders, ORDER_COLUMNS, rowsOf([
    ['O1', 'A', '2', '¥1.10', '', '2024-05-01 08:00'],
    ['O1', 'POSTAGE', '1', '5', '7', '2024-05-01 08:00'],
    ['O1', 'B', '3', '1,000', 7, '2024-05-01 08:01'],
    ['O2', 'C', '-1', '3', '8', '2024-05-02 08:00'],
  ])); // prettier-ignore
  expect(outcomes.filter((outcome) => outcome.kind === 'skipped')).toEqual([
    { kind: 'skipped', reason: 'postage', rows: 1 },
  ]);
  expect(eventsOf(outcomes)).toEqual([
    {
      messageId: expect.stringMatching(/^orders:2:\d+$/) as string,
      type: 'track',
      event: 'Order Completed',
      userId: '7',
      timestamp: '2024-05-01T00:00:00.000Z',
      properties: {
        order_id: 'O1',
        currency: 'CNY',
        products: [
          { product_id: 'A', quantity: 2, price: 1.1 },
          { product_id: 'B', quantity: 3, price: 1000 },
        ],
        revenue: 3002.2,
      },
    },
    {
      messageId: expect.stringMatching(/^orders:5:\d+$/) as string,
      type: 'track',
      event: 'Order Refunded',
      userId: '8',
      timestamp: '2024-05-02T00:00:00.000Z',
      properties: {
        order_id: 'O2',
        currency: 'CNY',
        products: [{ product_id: 'C', quantity: 1, price: 3 }],
        revenue: 3,
      },
    },
  ]);
});

test('a wrong row sinks its order, which is told with field and value, and nothing else', () => {
  const outcomes = map(orders, ORDER_COLUMNS, rowsOf([
    ['O1', 'A', '2', '1', '7', '2024-05-01 08:00'],
    ['O1', 'B', 'many', 'x', '7', '2024-05-01 08:00'],
    ['O2', 'C', '1', '3', '8', 'soon'],
    ['O3', 'C', '1', '3', '8', '2024-05-02 08:00'],
  ])); // prettier-ignore
  expect(outcomes.map((outcome) => outcome.kind)).toEqual(['wrong', 'wrong', 'event']);
  expect(outcomes[0]).toEqual({
    kind: 'wrong',
    rows: 2,
    problems: [
      { row: 3, field: 'item.quantity', message: 'is not a number', value: 'many' },
      { row: 3, field: 'item.price', message: 'is not a number', value: 'x' },
    ],
  });
  expect(outcomes[1]).toMatchObject({ problems: [{ row: 4, field: 'timestamp', value: 'soon' }] });
});

test('message ids: the same file gives the same ones, two identical lines stay two, other content is another event', () => {
  const mapping = mappingOf({ name: 'views', event: [{ name: 'Viewed' }], fields: { userId: { column: 'u' } } });
  const ids = (rows: unknown[][]) => eventsOf(map(mapping, ['u', 'p'], rowsOf(rows))).map((event) => event.messageId);
  const once = ids([
    ['1', 'x'],
    ['1', 'x'],
    ['2', 'y'],
  ]);
  expect(
    ids([
      ['1', 'x'],
      ['1', 'x'],
      ['2', 'y'],
    ]),
  ).toEqual(once);
  expect(new Set(once).size).toBe(3);
  expect(
    ids([
      ['1', 'x'],
      ['1', 'z'],
      ['2', 'y'],
    ])[1],
  ).not.toBe(once[1]);
  const own = mappingOf({ ...mapping, fields: { ...mapping.fields, messageId: { column: 'p' } } });
  expect(eventsOf(map(own, ['u', 'p'], rowsOf([['1', 'x']])))[0]?.messageId).toBe('x');
});

test('names of events from a column, beside cases', () => {
  const mapping = mappingOf({
    name: 'log',
    event: [{ when: [{ column: 'action', is: 'equals', value: 'pv' }], name: 'Product Viewed' }],
    fields: { event: { column: 'action' }, anonymousId: { column: 'who' } },
  });
  const outcomes = map(
    mapping,
    ['action', 'who'],
    rowsOf([
      ['pv', 'a'],
      ['登录', 'a'],
      ['', 'b'],
    ]),
  );
  expect(eventsOf(outcomes).map((event) => event.event)).toEqual(['Product Viewed', '登录']);
  expect(outcomes[2]).toMatchObject({ kind: 'wrong', problems: [{ row: 4, field: 'event' }] });
});

describe('a mapping that cannot be', () => {
  const refused = (given: Partial<z.input<typeof importMapping>>) => {
    try {
      compileMapping(mappingOf({ name: 'x', event: [{ name: 'E' }], fields: {}, ...given }), {
        columns: ['a'],
        fixed: true,
      });
    } catch (error) {
      const { code, where } = error as { code: string; where: string };
      return [code, where];
    }
    return 'taken';
  };
  test('is refused with the place', () => {
    expect(refused({ fields: { userId: { column: 'b' } } })).toEqual(['no_such_column', 'fields.userId']);
    expect(refused({ fields: { 'properties.__proto__.x': { column: 'a' } } })).toEqual([
      'bad_target',
      'fields.properties.__proto__.x',
    ]);
    expect(refused({ fields: { password: { column: 'a' } } })).toEqual(['bad_target', 'fields.password']);
    expect(refused({ fields: { 'item.x': { column: 'a' } } })).toEqual(['bad_target', 'fields.item.x']);
    expect(refused({ fields: { timestamp: { column: 'a', zone: 'Mars/Base' } } })).toEqual([
      'bad_zone',
      'fields.timestamp',
    ]);
    expect(refused({ fields: { userId: { column: 'a', pattern: '(' } } })).toEqual([
      'bad_pattern',
      'fields.userId.pattern',
    ]);
    expect(refused({ event: [{ when: [{ column: 'a', is: 'matches', value: '[' }], name: 'E' }] })).toEqual([
      'bad_pattern',
      'event.0.when.0.value',
    ]);
    expect(refused({ skip: [{ when: [{ column: 'a', is: 'equals' }], reason: 'r' }] })).toEqual([
      'bad_test',
      'skip.0.when.0.value',
    ]);
    expect(refused({ event: [] })).toEqual(['no_event_name', 'event']);
    expect(refused({ group: { by: ['a'], sum: { 'properties.total': ['price'] } } })).toEqual([
      'bad_sum',
      'group.sum.properties.total',
    ]);
    expect(refused({ fields: { userId: { column: 'a' } } })).toBe('taken');
  });
});

test('every kind of test', () => {
  const named = (
    is: 'equals' | 'starts_with' | 'matches' | 'less_than' | 'greater_than' | 'empty' | 'present',
    value?: string | number,
  ) => {
    const mapping = mappingOf({
      name: 'x',
      event: [{ when: [{ column: 'a', is, value }], name: 'yes' }, { name: 'no' }],
      fields: {},
    });
    return eventsOf(map(mapping, ['a'], rowsOf([['C12'], ['0.0'], [''], [' 5 '], ['¥9'], [null]]))).map(
      (event) => event.event === 'yes',
    );
  };
  const [t, f] = [true, false];
  expect(named('equals', 'C12')).toEqual([t, f, f, f, f, f]);
  expect(named('equals', 0)).toEqual([f, t, f, f, f, f]);
  expect(named('starts_with', 'C')).toEqual([t, f, f, f, f, f]);
  expect(named('matches', '^[A-Z]\\d+$')).toEqual([t, f, f, f, f, f]);
  expect(named('less_than', 9)).toEqual([f, t, f, t, f, f]);
  expect(named('greater_than', '4')).toEqual([f, f, f, t, t, f]);
  expect(named('empty')).toEqual([f, f, t, f, f, t]);
  expect(named('present')).toEqual([t, t, f, t, t, f]);
});

describe('groups', () => {
  const grouped = (within: number, limit = 5000) =>
    mappingOf({
      name: 'g',
      event: [{ name: 'E' }],
      fields: { 'item.row': { column: 'row', as: 'number' } },
      group: { by: ['key'], within, limit },
    });
  const keys = (mapping: ImportMapping, given: string) =>
    eventsOf(map(mapping, ['key', 'row'], rowsOf([...given].map((key, index) => [key === ' ' ? '' : key, index])))).map(
      (event) => (event.properties as { products: { row: number }[] }).products.map(({ row }) => row).join(''),
    );
  test('of neighbours, of rows a little apart, of at most so many rows; rows without a key stay alone', () => {
    expect(keys(grouped(1), 'aabba')).toEqual(['01', '23', '4']);
    expect(keys(grouped(3), 'aabba')).toEqual(['014', '23']);
    expect(keys(grouped(2), 'aabba')).toEqual(['01', '23', '4']);
    expect(keys(grouped(1, 2), 'aaaaab')).toEqual(['01', '23', '4', '5']);
    expect(keys(grouped(5), 'a a a')).toEqual(['024', '1', '3']);
  });
  test('a property: a run that begins again at a restart row gives out exactly the rest', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c', '', 'skip'), { maxLength: 60 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
        (letters, within, limit, pieces) => {
          const mapping = {
            ...grouped(within, limit),
            skip: [{ when: [{ column: 'key', is: 'equals' as const, value: 'skip' }], reason: 's' }],
          };
          const rows = rowsOf(letters.map((key, index) => [key, index]));
          const table = { columns: ['key', 'row'], fixed: true };
          const whole = map(mapping, table.columns, rows);
          const given: Outcome[] = [];
          const mapper = compileMapping(mapping, table);
          for (let at = 0, piece = 0; at < rows.length; piece++) {
            const size = pieces[piece % pieces.length]!;
            given.push(...mapper.push(rows.slice(at, at + size)));
            at += size;
            const restart = mapper.restart();
            if (restart === null) continue;
            const rest = map(
              mapping,
              table.columns,
              rows.filter((row) => row.number >= restart),
            );
            expect([...given, ...rest]).toEqual(whole);
          }
          expect([...given, ...mapper.end()]).toEqual(whole);
        },
      ),
      { numRuns: 500, seed: 7 },
    );
  });
});

test('columns that come late, as in JSON lines', () => {
  const columns = ['a'];
  const mapper = compileMapping(
    mappingOf({
      name: 'late',
      event: [{ name: 'E' }],
      fields: { userId: { column: 'b.c' }, 'properties.list': { column: 'd', as: 'json' } },
    }),
    { columns, fixed: false },
  );
  const before = mapper.push([{ number: 1, values: ['1'], content: '1' }]);
  columns.push('b.c', 'd');
  const after = mapper.push([{ number: 2, values: ['1', 42, ['x', { y: 1 }]], content: '2' }]);
  expect(eventsOf(before)[0]?.userId).toBeUndefined();
  expect(eventsOf(after)[0]).toMatchObject({ userId: '42', properties: { list: ['x', { y: 1 }] } });
});
