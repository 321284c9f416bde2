import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { importMapping, type ImportMapping } from '@guanxi/contracts';
import { afterAll, describe, expect, test } from 'vitest';
import { checkMapping } from '../check.ts';
import { openTable, plainFile } from '../readers/index.ts';
import { sampleTable } from '../sample.ts';
import { csvCell, encodings, testFolder } from '../testing.ts';

const folder = testFolder();
afterAll(() => folder.remove());

/** Sample a table, and check that the proposal can be used as it is and makes no errors. */
async function propose(name: string, content: string | Uint8Array) {
  const path = folder.write(name, content);
  const table = await openTable(await plainFile(path), name);
  const sample = await sampleTable(table, name);
  await table.close();
  const mapping = importMapping.parse(sample.proposal.mapping);
  const again = await openTable(await plainFile(path), name, mapping.file);
  const check = await checkMapping(again, mapping, 1000);
  await again.close();
  expect(Object.keys(sample.proposal.confidence)).toEqual(expect.arrayContaining(Object.keys(mapping.fields)));
  return { sample, mapping, check, from: columnsOf(mapping) };
}

/** Target → column. */
const columnsOf = (mapping: ImportMapping) =>
  Object.fromEntries(
    Object.entries(mapping.fields).map(([target, source]) => [
      target,
      'column' in source ? source.column : source.constant,
    ]),
  );

/** CSV with `count` rows made by a function of the row's number. */
const csv = (header: readonly string[], count: number, row: (index: number) => readonly (string | number)[]) =>
  [header, ...Array.from({ length: count }, (_, index) => row(index))]
    .map((cells) => cells.map((cell) => csvCell(String(cell))).join(','))
    .join('\n');

const day = (index: number) => String((index % 27) + 1).padStart(2, '0');
const CITIES = ['上海', '北京', '广州', '成都'];

describe('invented tables', () => {
  test('1. Chinese customers, GB18030', async () => {
    const table = csv(['会员号', '姓名', '手机号', '邮箱', '性别', '生日', '所在城市', '注册时间', '会员等级', '累计积分'], 200, (i) => [
      `VIP${10_000 + i}`, `张${i}`, `138${String(10_000_000 + i * 37)}`, i % 3 ? `u${i}@example.cn` : '', i % 2 ? '男' : '女',
      `19${80 + (i % 20)}-0${(i % 9) + 1}-${day(i)}`, CITIES[i % 4]!, `2023/${(i % 12) + 1}/${(i % 27) + 1} 10:0${i % 10}`, ['金卡', '银卡'][i % 2]!, i * 10,
    ]); // prettier-ignore
    const { mapping, from, check, sample } = await propose('会员.csv', encodings.gb18030!(table));
    expect(mapping).toMatchObject({ name: '会员', type: 'identify', file: { encoding: 'gb18030' } });
    expect(from).toEqual({
      'traits.member_no': '会员号', 'traits.name': '姓名', 'traits.phone': '手机号', 'traits.email': '邮箱', 'traits.gender': '性别',
      'traits.birthday': '生日', 'traits.city': '所在城市', 'traits.created_at': '注册时间', timestamp: '注册时间',
      'traits.会员等级': '会员等级', 'traits.累计积分': '累计积分',
    }); // prettier-ignore
    expect(mapping.fields['timestamp']).toMatchObject({ as: 'instant', zone: 'Asia/Shanghai' });
    expect(check).toMatchObject({ rows: 200, events: 200, errorRows: 0 });
    expect(sample.columns.find((column) => column.name === '邮箱')).toMatchObject({ type: 'string', filled: 0.665 });
    expect(sample.proposal.confidence['traits.phone']!.score).toBeGreaterThan(0.9);
    expect(sample.proposal.confidence['traits.会员等级']!.score).toBeLessThan(0.5);
  });

  test('2. Chinese order lines, with refunds told by status', async () => {
    const table = csv(['订单编号', '下单时间', '手机号', '商品编码', '商品名称', '数量', '单价', '订单状态', '收货地址', '备注'], 300, (i) => [
      `DD${Math.floor(i / 3)}`, `2024-05-${day(Math.floor(i / 3))} 12:00:00`, `139${String(20_000_000 + Math.floor(i / 3))}`, `SKU${i % 50}`, `商品${i % 50}`,
      (i % 4) + 1, `¥${(i % 9) + 1},000.50`, Math.floor(i / 3) % 10 === 0 ? '已退款' : '交易成功', `某路${Math.floor(i / 3)}号`, '',
    ]); // prettier-ignore
    const { mapping, from, check } = await propose('天猫订单2024.csv', table);
    expect(mapping.group).toMatchObject({
      by: ['订单编号'],
      within: 100,
      sum: { 'properties.revenue': ['quantity', 'price'] },
    });
    expect(from).toEqual({
      'properties.order_id': '订单编号', timestamp: '下单时间', 'context.traits.phone': '手机号', 'item.product_id': '商品编码',
      'item.name': '商品名称', 'item.quantity': '数量', 'item.price': '单价', 'properties.status': '订单状态',
      'context.traits.address': '收货地址',
    }); // prettier-ignore
    expect(check).toMatchObject({
      rows: 300,
      events: 100,
      errorRows: 0,
      byEvent: { 'Order Refunded': 10, 'Order Completed': 90 },
    });
    expect(check.preview[1]).toMatchObject({
      properties: { products: [{ quantity: 4, price: 4000.5 }, {}, {}], revenue: 33_003.5 },
    });
  });

  test('3. orders without lines, semicolons, decimal commas, days first', async () => {
    const rows = Array.from(
      { length: 100 },
      (_, i) =>
        `${5000 + i};${(i % 28) + 1}.${(i % 12) + 1}.2023 18:30;kunde${i}@example.de;1.${100 + i},${10 + (i % 80)};EUR;${i % 9 ? 'paid' : 'cancelled'}`,
    );
    const { mapping, from, check } = await propose(
      'bestellungen.csv',
      ['order_no;order_date;email;total_amount;currency;status', ...rows].join('\n'),
    );
    expect(mapping.group).toBeUndefined();
    expect(from).toEqual({
      'properties.order_id': 'order_no', timestamp: 'order_date', 'context.traits.email': 'email', 'properties.revenue': 'total_amount',
      'properties.currency': 'currency', 'properties.status': 'status',
    }); // prettier-ignore
    expect(check).toMatchObject({
      events: 100,
      errorRows: 0,
      byEvent: { 'Order Cancelled': 12, 'Order Completed': 88 },
    });
    expect(check.preview[0]).toMatchObject({ timestamp: '2023-01-01T18:30:00.000Z', properties: { revenue: 1100.1 } });
  });

  test('4. English customers with American dates and phones', async () => {
    const table = csv(['CustomerID', 'FirstName', 'LastName', 'EmailAddress', 'Phone', 'DOB', 'ZipCode', 'State', 'SignupDate', 'Newsletter'], 150, (i) => [
      `${1000 + i}.0`, `Ann${i}`, `Lee${i % 40}`, `ann${i}@mail.com`, `(415) 555-${String(1000 + i)}`, `0${(i % 9) + 1}/${day(i)}/1985`,
      `9${4000 + i}`, ['CA', 'NY'][i % 2]!, `${(i % 12) + 1}/${(i % 27) + 1}/2022`, i % 2 ? 'yes' : 'no',
    ]); // prettier-ignore
    const { mapping, from, check } = await propose('crm_export.csv', table);
    expect(from).toEqual({
      userId: 'CustomerID', 'traits.first_name': 'FirstName', 'traits.last_name': 'LastName', 'traits.email': 'EmailAddress',
      'traits.phone': 'Phone', 'traits.birthday': 'DOB', 'traits.postcode': 'ZipCode', 'traits.province': 'State',
      'traits.created_at': 'SignupDate', timestamp: 'SignupDate', 'traits.newsletter': 'Newsletter',
    }); // prettier-ignore
    expect(mapping.type).toBe('identify');
    expect(check.errorRows).toBe(0);
    expect(check.preview[0]).toMatchObject({
      userId: '1000',
      timestamp: '2022-01-01T00:00:00.000Z',
      traits: { newsletter: false, postcode: '94000' },
    });
  });

  test('5. behaviour log of a shop', async () => {
    const table = csv(['user_id', 'item_id', 'category_id', 'behavior', 'timestamp'], 400, (i) => [
      100 + (i % 30), 9000 + (i % 77), i % 7, ['pv', 'pv', 'cart', 'fav', 'buy'][i % 5]!, 1_511_544_070 + i,
    ]); // prettier-ignore
    const { mapping, from, check } = await propose('UserBehavior.csv', table);
    expect(from).toEqual({
      userId: 'user_id',
      timestamp: 'timestamp',
      event: 'behavior',
      'properties.product_id': 'item_id',
      'properties.category': 'category_id',
    });
    expect(mapping.fields['timestamp']).not.toHaveProperty('zone');
    expect(check.byEvent).toEqual({ 'Product Viewed': 160, 'Product Added': 80, 'Product Favourited': 80, buy: 80 });
  });

  test('6. events as clients send them, JSON lines', async () => {
    const lines = Array.from({ length: 60 }, (_, i) =>
      JSON.stringify({
        type: i % 3 ? 'track' : 'identify', event: i % 3 ? 'Lesson Finished' : undefined, userId: `u${i % 9}`, messageId: `m${i}`,
        timestamp: `2024-01-${day(i)}T00:00:00Z`, properties: i % 3 ? { lesson: { id: i, title: '一' }, tags: ['a'] } : undefined,
        traits: i % 3 ? undefined : { plan: 'pro' }, context: { ip: '1.2.3.4' },
      }),
    ); // prettier-ignore
    const { mapping, from, check } = await propose('dump.jsonl', lines.join('\n'));
    expect(mapping).toMatchObject({ type: 'track', skip: [{ reason: 'another type: identify' }] });
    expect(from).toMatchObject({
      userId: 'userId',
      messageId: 'messageId',
      'properties.lesson.id': 'properties.lesson.id',
      'properties.tags': 'properties.tags',
    });
    expect(check).toMatchObject({ rows: 60, events: 40, errorRows: 0 });
    expect(check.preview[0]).toMatchObject({
      event: 'Lesson Finished',
      properties: { lesson: { title: '一' }, tags: ['a'] },
      messageId: 'm1',
    });
  });

  test('7. reviews', async () => {
    const table = csv(['reviewer_id', 'asin', 'stars', 'review_text', 'review_date', 'helpful votes'], 80, (i) => [
      `R${i % 20}`, `B00${1000 + i}`, (i % 5) + 1, i % 2 ? '物流很快，包装也好' : 'Broke after a week, "sadly"', `${day(i)} Mar 2021`, i % 4,
    ]); // prettier-ignore
    const { mapping, from, check } = await propose('reviews.csv', table);
    expect(mapping.event).toEqual([{ when: [], name: 'Product Reviewed' }]);
    expect(from).toMatchObject({
      'properties.product_id': 'asin', 'properties.rating': 'stars', 'properties.review_body': 'review_text', timestamp: 'review_date',
      'properties.helpful_votes': 'helpful votes', userId: 'reviewer_id',
    }); // prettier-ignore
    expect(check.errorRows).toBe(0);
  });

  test('8. till receipts with negative quantities, rows apart, amounts per line', async () => {
    const table = csv(['小票号', '销售日期', '会员卡号', '货号', '品名', '件数', '金额', '门店'], 240, (i) => {
      const receipt = Math.floor(i / 8) * 2 + (i % 2);
      const back = receipt % 15 === 0;
      return [
        `X${receipt}`,
        `2024050${(receipt % 9) + 1}`,
        receipt % 3 ? `K${8000 + receipt}` : '',
        `H${i % 31}`,
        `货品${i % 31}`,
        back ? -1 : 2,
        back ? -9.9 : 19.8 + (i % 3),
        ['一店', '二店'][receipt % 2]!,
      ];
    });
    const { mapping, from, check } = await propose('pos.csv', table);
    expect(mapping.group).toMatchObject({ by: ['小票号'], within: 5000, sum: { 'properties.revenue': ['total'] } });
    expect(from).toMatchObject({
      'properties.order_id': '小票号', 'context.traits.member_no': '会员卡号', 'item.product_id': '货号', 'item.name': '品名',
      'item.quantity': '件数', 'item.total': '金额', 'properties.门店': '门店', timestamp: '销售日期',
    }); // prettier-ignore
    expect(check).toMatchObject({
      rows: 240,
      events: 60,
      errorRows: 0,
      byEvent: { 'Order Refunded': 4, 'Order Completed': 56 },
    });
    expect(check.preview.find((event) => event.event === 'Order Refunded')).toMatchObject({
      properties: { products: [{ quantity: 1, total: 9.9 }, {}, {}, {}], revenue: 39.6 },
    });
  });

  test('9. columns without a name that helps: values alone', async () => {
    const rows = Array.from(
      { length: 50 },
      (_, i) => `${i},p${i}@example.org,137${String(30_000_000 + i)},2022-06-${day(i)} 09:00:00,hello`,
    );
    const { from, mapping } = await propose('x.csv', rows.join('\n'));
    expect(mapping.file.header).toBe(false);
    expect(from).toMatchObject({
      'traits.email': 'column 2',
      'traits.phone': 'column 3',
      'traits.column_1': 'column 1',
    });
  });

  test('10. searches and a table of nothing known', async () => {
    const searches = await propose(
      'log.csv',
      csv(['cookie_id', 'search_query', 'searched', 'ip', 'page_url'], 40, (i) => [
        `c${i % 9}`,
        `红茶${i % 5}`,
        `2024-02-${day(i)} 10:00`,
        '10.0.0.1',
        `https://shop.example/s?q=${i}`,
      ]),
    );
    expect(searches.mapping.event).toEqual([{ when: [], name: 'Products Searched' }]);
    expect(searches.from).toMatchObject({
      anonymousId: 'cookie_id',
      'properties.query': 'search_query',
      timestamp: 'searched',
      'context.ip': 'ip',
      'context.page.url': 'page_url',
    });
    const unknown = await propose(
      'meter-readings_2024.csv',
      csv(['meter', 'kwh'], 40, (i) => [`m-${i % 4}`, i]),
    );
    expect(unknown.mapping.event).toEqual([{ when: [], name: 'Meter Readings' }]);
    expect(unknown.from).toEqual({ 'properties.meter': 'meter', 'properties.kwh': 'kwh' });
  });

  test('11. a header alone, and dates of which nothing tells the order', async () => {
    const alone = await propose('x.csv', 'order_id,product_id,qty\n');
    expect(alone.sample).toMatchObject({ rows: [], columns: [{ type: 'empty' }, {}, {}] });
    const dates = await propose('x.csv', 'user_id,visit_date,page\n1,03/04/2020,a\n2,05/06/2020,b\n1,07/08/2020,a\n');
    expect(dates.mapping.fields['timestamp']).toMatchObject({ order: 'mdy' });
    expect(dates.sample.proposal.confidence['timestamp']!.why.en).toContain('check it');
  });
});

const shared = join(import.meta.dirname, '../../../../../../shared/data');
describe.skipIf(!existsSync(shared))('public data sets that stand beside the project', () => {
  const tables: [string, ImportMapping['type'], string[]][] = [
    ['er/febrl/dataset1.csv', 'identify', ['userId', 'traits.first_name', 'traits.last_name', 'traits.birthday']],
    ['er/fake_1000/fake_1000.csv', 'identify', ['userId', 'traits.email', 'traits.birthday']],
    ['ml/telco_churn/Telco-Customer-Churn.csv.gz', 'identify', ['userId', 'traits.gender']],
    ['ml/ml100k_kg/ml-100k.inter.gz', 'track', ['userId', 'timestamp', 'properties.product_id', 'properties.rating']],
    ['ml/ml100k_kg/ml-100k.user.gz', 'identify', ['userId', 'traits.age', 'traits.postcode']],
    [
      'ml/online_retail/OnlineRetail.csv.gz',
      'track',
      ['userId', 'timestamp', 'properties.order_id', 'item.product_id', 'item.name', 'item.quantity', 'item.price'],
    ],
    ['er/splink_transactions/transactions_origin.parquet', 'track', ['timestamp', 'properties.revenue']],
  ];
  for (const [path, type, targets] of tables)
    test(path, async () => {
      const table = await openTable(await plainFile(join(shared, path)), path);
      const { proposal } = await sampleTable(table, path.split('/').at(-1)!);
      await table.close();
      expect(proposal.mapping.type).toBe(type);
      expect(Object.keys(proposal.mapping.fields)).toEqual(expect.arrayContaining(targets));
    });
});
