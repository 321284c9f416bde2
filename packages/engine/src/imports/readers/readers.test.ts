import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, test } from 'vitest';
import { csvCell, encodings, packings, readAll, testFolder, zstdRaw } from '../testing.ts';
import { plainFile } from './bytes.ts';
import { openTable } from './open.ts';

const folder = testFolder();
afterAll(() => folder.remove());
const fixture = (name: string) => join(import.meta.dirname, 'fixtures', name);

const xml = (text: string) => text.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** A workbook with one sheet of texts, half of them shared. */
function xlsxOf(rows: readonly (readonly string[])[]): Uint8Array {
  const shared: string[] = [];
  const cell = (text: string, row: number, column: number) => {
    const reference = `${String.fromCharCode(65 + column)}${row + 1}`;
    if ((row + column) % 2)
      return `<c r="${reference}" t="inlineStr"><is><t xml:space="preserve">${xml(text)}</t></is></c>`;
    return `<c r="${reference}" t="s"><v>${shared.push(text) - 1}</v></c>`;
  };
  const body = rows.map(
    (row, index) => `<row r="${index + 1}">${row.map((text, at) => cell(text, index, at)).join('')}</row>`,
  );
  const files = {
    'xl/workbook.xml':
      '<workbook xmlns:r="r"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels':
      '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
    'xl/worksheets/sheet1.xml': `<worksheet><sheetData>${body.join('')}</sheetData></worksheet>`,
    'xl/sharedStrings.xml': `<sst>${shared.map((text) => `<si><t xml:space="preserve">${xml(text)}</t></si>`).join('')}</sst>`,
  };
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));
}

function parquetOf(header: readonly string[], rows: readonly (readonly string[])[]): Uint8Array {
  const columnData = header.map((name, index) => ({
    name,
    data: rows.map((row) => row[index]!),
    type: 'STRING' as const,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 2 }));
}

const HEADER = ['订单号', '商品名称', 'note'];
const ROWS = [
  ['A1', '热水袋，白色', 'plain'],
  ['A2', '台灯 𠮷', 'with "quotes", and a comma'],
  ['A3', '', 'two\nlines'],
  ['A4', '一二三', "tab\tand ; and | and '"],
];

const writers: Record<string, (encode: (text: string) => Uint8Array) => Uint8Array> = {
  csv: (encode) => encode([HEADER, ...ROWS].map((row) => row.map((cell) => csvCell(cell)).join(',')).join('\r\n')),
  tsv: (encode) =>
    encode([HEADER, ...ROWS].map((row) => row.map((cell) => csvCell(cell, '\t')).join('\t')).join('\n') + '\n'),
  jsonl: (encode) =>
    encode(
      ROWS.map((row) => JSON.stringify(Object.fromEntries(row.map((cell, index) => [HEADER[index], cell])))).join('\n'),
    ),
  xlsx: () => xlsxOf([HEADER, ...ROWS]),
  parquet: () => parquetOf(HEADER, ROWS),
};

describe('what is written is read, whatever the format, encoding and packing', () => {
  for (const [format, write] of Object.entries(writers))
    for (const [encoding, encode] of Object.entries(encodings))
      for (const [packing, pack] of Object.entries(packings)) {
        if (['xlsx', 'parquet'].includes(format) && encoding !== 'utf-8') continue;
        test(`${format}, ${encoding}, ${packing}`, async () => {
          const path = folder.write(`data.${format}`, pack(write(encode)));
          const read = await readAll(path);
          expect(read.format.format).toBe(format);
          expect(read.columns).toEqual(HEADER);
          // Sheets keep no empty texts.
          expect(read.rows.map((row) => row.values.map((value) => value ?? ''))).toEqual(ROWS);
          expect(read.rows.every((row) => row.problem === undefined)).toBe(true);
          const first = { csv: 2, tsv: 2, jsonl: 1, xlsx: 2, parquet: 1 }[format];
          expect(read.rows[0]?.number).toBe(first);
          // Without the name's help: by the bytes alone.
          const blind = await openTable(await plainFile(folder.write('data', pack(write(encode)))), 'data');
          expect(blind.format.format).toBe(format);
          await blind.close();
        });
      }
});

test('a property: whatever text a CSV writer writes is read back, however it is cut into pieces', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.stringMatching(/^[",\r\n' ;\t|\\a中]{0,8}$/),
    fc.constantFrom('', '"', '""', '\r', '\n', '\r\n', 'a"b', '=1+1', '\u2028', '\u0000'),
  );
  const { DelimitedParser } = await import('./delimited.ts');
  fc.assert(
    fc.property(
      fc
        .integer({ min: 1, max: 5 })
        .chain((width) =>
          fc.array(fc.array(text, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }),
        ),
      fc.constantFrom(',', '\t', ';', '|'),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      fc.array(fc.nat(20), { minLength: 1, maxLength: 10 }),
      (rows, delimiter, newline, closed, cuts) => {
        const written =
          rows.map((row) => row.map((cell) => csvCell(cell, delimiter)).join(delimiter)).join(newline) +
          (closed ? newline : '');
        const parser = new DelimitedParser({ delimiter, quote: '"', escape: '"', newline: '\n' });
        const read = [];
        for (let at = 0, cut = 0; at < written.length; cut++) {
          const next = at + 1 + cuts[cut % cuts.length]!;
          read.push(...parser.push(written.slice(at, next)));
          at = next;
        }
        read.push(...parser.end());
        expect(read.map((row) => row.problem ?? row.values)).toEqual(rows);
      },
    ),
    { numRuns: 2000, seed: 20_101_201 },
  );
});

describe('rows that cannot be read', () => {
  const problems = async (content: string, name = 'x.csv') => {
    const { rows } = await readAll(folder.write(name, content));
    return rows.map((row) => row.problem ?? row.values.join('/'));
  };
  test('cost themselves alone', async () => {
    expect(await problems('a,b,c\n1,2,3\n1,2\n1,2,3,4\n4,5,6,,\n"7"x,8,9\n"never closed,8,9\n7,8,9\n')).toEqual([
      '1/2/3',
      'The row has a number of fields of its own: 2; the file has 3',
      'The row has a number of fields of its own: 4; the file has 3',
      '4/5/6',
      'Text follows a closing quote',
      'A quote is opened and never closed',
      '7/8/9',
    ]);
  });
  test('keep the count of lines right', async () => {
    const { rows } = await readAll(folder.write('x.csv', 'a,b\n"x\ny\nz",1\n\n"oops,2\n3,4\n'));
    expect(rows.map(({ number, problem }) => [number, problem !== undefined])).toEqual([
      [2, false],
      [6, true],
      [7, false],
    ]);
  });
  test('of JSON lines', async () => {
    expect(await problems('{"a":1}\nnot json\n[1]\n"x"\n\n{"a":2}\n{"a":', 'x.jsonl')).toEqual([
      '1',
      'The line is not JSON',
      'The line is JSON, but not an object',
      'The line is JSON, but not an object',
      '2',
      'The line is not JSON',
    ]);
  });
  test('a field of three megabytes is a field; a row beyond sixteen is told', async () => {
    const huge = 'x'.repeat(3 << 20);
    const { rows } = await readAll(folder.write('x.csv', `a,b\n1,"${huge}\n${huge}"\n${'y'.repeat(17 << 20)}\n2,3\n`));
    expect(rows.map((row) => row.problem ?? row.values.map((value) => String(value).length))).toEqual([
      [1, 2 * huge.length + 1],
      'The row is longer than 16 million characters',
      [1, 1],
    ]);
    const lines = await readAll(folder.write('x.jsonl', `{"a":1}\n"${'y'.repeat(17 << 20)}"\n{"a":2}\n`));
    expect(lines.rows.map((row) => row.problem ?? row.values)).toEqual([
      [1],
      'The line is longer than 16 million characters',
      [2],
    ]);
  });
});

describe('what a file is written like is found out', () => {
  const read = (content: string | Uint8Array, name = 'x.csv') => readAll(folder.write(name, content));
  test('delimiters', async () => {
    for (const delimiter of [',', ';', '|', '\t', '\u0001']) {
      const { format, columns } = await read(
        `a${delimiter}b c${delimiter}d\n1${delimiter}x, y; z${delimiter}3\n4${delimiter}5${delimiter}6\n`,
      );
      expect([format.delimiter, columns]).toEqual([delimiter, ['a', 'b c', 'd']]);
    }
  });
  test('whether there is a header', async () => {
    expect((await read('name,city\n张三,北京\n李四,上海\n')).columns).toEqual(['name', 'city']);
    const without = await read('张三,北京\n李四,上海\n王五,北京\n');
    expect([without.columns, without.rows.length]).toEqual([['column 1', 'column 2'], 3]);
    // A name that is also a value tells nothing beside numbers under names.
    expect((await read('kind,amount\nkind,1\nother,2\n')).columns).toEqual(['kind', 'amount']);
    expect((await read('1,2010-01-01\n2,2010-01-02\n')).columns).toEqual(['column 1', 'column 2']);
    const forced = await readAll(folder.write('x.csv', 'a,b\nc,d\n'), { header: false });
    expect(forced.rows.map((row) => row.values)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });
  test('single quotes, backslashes, old line breaks', async () => {
    expect((await read("id,name\n1,'a, b'\n2,'c'\n3,'d, e'\n")).rows[0]?.values).toEqual(['1', 'a, b']);
    expect((await read('id,name\n1,"say \\"hi\\", then \\\\ go"\n2,"x"\n')).rows[0]?.values).toEqual([
      '1',
      'say "hi", then \\ go',
    ]);
    expect((await read('a,b\r1,2\r3,4\r')).rows.map((row) => row.values)).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
  });
  test('tabs without quoting', async () => {
    expect((await read('id\tname\n1\t"Best" lamp\n2\t5" pipe\n', 'x.tsv')).rows.map((row) => row.values)).toEqual([
      ['1', '"Best" lamp'],
      ['2', '5" pipe'],
    ]);
  });
  test('double and missing names of columns', async () => {
    expect((await read('id,name,name,,name\n1,2,3,4,5\n')).columns).toEqual([
      'id',
      'name',
      'name (2)',
      'column 4',
      'name (3)',
    ]);
  });
  test('an encoding that only shows after megabytes of ASCII', async () => {
    const ascii = `id,name\n${'1,plain\n'.repeat(400_000)}`;
    const content = Buffer.concat([Buffer.from(ascii), encodings.gb18030!('2,最后一行中文\n')]);
    const { rows, format } = await read(content);
    expect(rows.at(-1)?.values).toEqual(['2', '最后一行中文']);
    expect(format.encoding).toBeUndefined();
  });
  test('bytes that are no characters are counted and cost nothing else', async () => {
    const path = folder.write(
      'x.csv',
      Buffer.concat([Buffer.from('id,name\n1,中文\n2,a'), Buffer.from([0xff]), Buffer.from('b\n')]),
    );
    const table = await openTable(await plainFile(path), 'x.csv', { encoding: 'utf-8' });
    const batches = [];
    for await (const batch of table.batches()) batches.push(batch);
    expect(batches.at(-1)?.undecodable).toBe(1);
    expect(batches.flatMap((batch) => batch.rows).at(-1)?.values).toEqual(['2', 'a\ufffdb']);
  });
});

test('empty files, header alone, files that are none of these', async () => {
  const open = async (content: Uint8Array | string, name: string) =>
    openTable(await plainFile(folder.write(name, content)), name);
  await expect(open('', 'x.csv')).rejects.toMatchObject({ code: 'empty_file' });
  await expect(open(Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1]), 'x.xls')).rejects.toMatchObject({
    code: 'old_workbook',
  });
  await expect(open(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0]), 'x.png')).rejects.toMatchObject({
    code: 'unknown_format',
  });
  // Whatever they are called.
  await expect(open(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0]), 'x.csv')).rejects.toMatchObject({
    code: 'unknown_format',
  });
  await expect(open(Buffer.from('PK\u0003\u0004 but no archive'), 'x.xlsx')).rejects.toMatchObject({
    code: 'broken_file',
  });
  await expect(open('PAR1 but no Parquet PAR1', 'x.parquet')).rejects.toMatchObject({ code: 'broken_file' });
  const header = await readAll(folder.write('x.csv', 'id,name\n'));
  expect([header.columns, header.rows]).toEqual([['id', 'name'], []]);
  expect((await readAll(folder.write('x.xlsx', xlsxOf([['id', 'name']])))).rows).toEqual([]);
});

test('a packed file that is cut off says so', async () => {
  const content = Buffer.from(
    `id,name\n${Array.from({ length: 200_000 }, (_, index) => `${index},${Math.sin(index)}`).join('\n')}\n`,
  );
  for (const pack of [packings.gzip!, zstdRaw]) {
    const packed = pack(content);
    const path = folder.write('x.csv.gz', packed.subarray(0, packed.length - 1000));
    await expect(readAll(path)).rejects.toMatchObject({ code: 'broken_file' });
  }
});

test('several zstd frames or gzip members in one file', async () => {
  const frame = (text: string) => zstdRaw(Buffer.from(text));
  const two = await readAll(folder.write('x.csv', Buffer.concat([frame('id,name\n1,甲\n'), frame('2,乙\n')])));
  expect(two.rows.map((row) => row.values)).toEqual([
    ['1', '甲'],
    ['2', '乙'],
  ]);
  const gzip = packings.gzip!;
  const members = await readAll(
    folder.write('x.csv', Buffer.concat([gzip(Buffer.from('id\n1\n')), gzip(Buffer.from('2\n'))])),
  );
  expect(members.rows).toHaveLength(2);
});

test('long whole numbers of JSON keep their digits', async () => {
  const { rows } = await readAll(
    folder.write(
      'x.jsonl',
      '{"id":12345678901234567890,"text":"x,12345678901234567890,y","f":0.12345678901234567,"n":-42}\n',
    ),
  );
  expect(rows[0]?.values).toEqual([
    '12345678901234567890',
    'x,12345678901234567890,y',
    Number('0.12345678901234567'),
    -42,
  ]);
});

test('hostile files: a workbook that unpacks to one endless text, a key per line, a header of at signs', async () => {
  const bomb = xlsxOf([['a'], ['x'.repeat(80 << 20)]]);
  expect(bomb.length).toBeLessThan(1 << 20);
  await expect(readAll(folder.write('x.xlsx', bomb))).rejects.toMatchObject({ code: 'workbook_too_large' });
  const keys = Array.from({ length: 17_000 }, (_, index) => `{"k${index}":1}`).join('\n');
  const lines = await readAll(folder.write('x.jsonl', keys));
  expect(lines.columns).toHaveLength(16_385);
  expect(lines.rows.at(-1)?.problem).toBe('The file has more than 16,384 columns');
  const started = performance.now();
  await readAll(folder.write('x.csv', `${'@'.repeat(200_000)},b\n1,2\n`));
  expect(performance.now() - started).toBeLessThan(5000);
  await expect(readAll(folder.write('x.csv', `${'a,'.repeat(20_000)}\n`))).rejects.toMatchObject({
    code: 'too_many_columns',
  });
});

describe('files of other programs', () => {
  test('a workbook of openpyxl: dates, money, a phone number as a number, a second sheet', async () => {
    const { rows, columns } = await readAll(fixture('openpyxl.xlsx'), { sheet: '订单' });
    expect(columns.slice(0, 9)).toEqual([
      '订单号',
      '下单时间',
      '生日',
      '单价',
      '数量',
      '备注',
      '已付',
      '公式',
      '手机号',
    ]);
    expect(rows.map((row) => row.number)).toEqual([3, 4, 6]);
    expect(rows[0]?.values).toEqual([
      'A001',
      '2024-02-29 13:45:30',
      '1990-03-01',
      12.5,
      3,
      '第一行\n第二行',
      true,
      null,
      13_800_138_000,
    ]);
    expect(rows[2]?.values.at(-1)).toBe('旁注');
    expect((await readAll(fixture('openpyxl.xlsx'))).format.sheet).toBe('说明');
    await expect(
      openTable(await plainFile(fixture('openpyxl.xlsx')), 'x.xlsx', { sheet: '没有' }),
    ).rejects.toMatchObject({
      code: 'no_such_sheet',
    });
  });
  test('a workbook that counts days from 1904', async () => {
    expect((await readAll(fixture('xlsxwriter-1904.xlsx'))).rows[0]?.values).toEqual([7, '2024-02-29', 'in-line']);
  });
  for (const codec of ['snappy', 'zstd', 'gzip', 'brotli', 'lz4'])
    test(`Parquet of pyarrow, ${codec}: nested columns, times with and without a zone, 64-bit ids`, async () => {
      const { rows, columns } = await readAll(fixture(`pyarrow-${codec}.parquet`));
      const records = rows.map((row) =>
        Object.fromEntries(columns.map((name, index) => [name, row.values[index] ?? null])),
      );
      expect(records[0]).toEqual({
        id: 1, 名称: '甲', when_utc: '2024-02-29T01:02:03.456Z', wall: '2024-07-01T08:00:00.000', day: '2024-02-29', price: 12.34,
        flag: true, tags: ['a', 'b'], 'address.city': '上海', 'address.zip': '200000',
      }); // prettier-ignore
      expect(records[1]).toMatchObject({ 'address.city': null, tags: [] });
      expect(records[2]).toMatchObject({ id: '9007199254740993', 名称: null, 'address.city': '北京' });
    });
});

test('memory stays bounded while a file of hundreds of megabytes is read', async () => {
  const member = gzipSync(Buffer.from('12345,some text of a row,2010-12-01 08:26:00,2.55,17850\n'.repeat(100_000)));
  const path = folder.write(
    'big.csv.gz',
    Buffer.concat([gzipSync('a,b,c,d,e\n'), ...Array.from({ length: 30 }, () => member)]),
  );
  const table = await openTable(await plainFile(path), 'big.csv.gz');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = held();
  let rows = 0;
  let most = 0;
  let pieces = 0;
  for await (const batch of table.batches()) {
    rows += batch.rows.length;
    if (pieces++ % 20 === 0) most = Math.max(most, held() - before);
  }
  expect(rows).toBe(3_000_000);
  // All rows at once would take more than a gigabyte.
  expect(most).toBeLessThan(50 << 20);
});
