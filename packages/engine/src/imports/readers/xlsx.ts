import type { FileFormat } from '@guanxi/contracts';
import { UserError } from '../../platform/index.ts';
import { sheetTime } from '../instants.ts';
import { type ByteSource, headOf, packingOf, seekable } from './bytes.ts';
import { hasHeader } from './dialect.ts';
import { GrowingColumns, MAX_COLUMNS, nameColumns, type Row, type RowBatch, type Table } from './rows.ts';
import { decodeEscapes, readWorkbook, readXml, type Workbook, type XmlEvent } from './sheet.ts';
import { openZip, type Zip } from './zip.ts';

const MAX_UNPACKED_BYTES = 4 * 2 ** 30;
const SAMPLED_ROWS = 100;

interface Sheet {
  readonly zip: Zip;
  readonly entry: string;
  readonly book: Workbook;
  readonly bytes: number;
}

/**
 * One sheet of an XLSX workbook, its rows streamed. Memory: the workbook's shared texts (at most 256 million characters)
 * and one piece of the sheet. Times come as wall-clock text, since sheets know no zone.
 */
export async function openXlsx(source: ByteSource, asked: FileFormat): Promise<Table> {
  const file = await seekable(source, packingOf(await headOf(source, 4)), MAX_UNPACKED_BYTES);
  let zip: Zip | null = null;
  const close = async () => {
    zip?.close();
    await file.remove();
  };
  try {
    zip = await openZip(file.source);
    const book = await readWorkbook(zip);
    const chosen = chooseSheet(book, asked.sheet);
    const sheet: Sheet = { zip, entry: chosen.entry, book, bytes: source.size };
    const head = await firstRows(sheet);
    const header = asked.header ?? hasHeader(head.map((row) => row.values));
    const columns = new GrowingColumns();
    const widest = Math.max(0, ...head.map((row) => row.values.length));
    const titles = header ? (head[0]?.values ?? []) : [];
    for (const name of nameColumns(Array.from({ length: widest }, (_, index) => titles[index]))) columns.place(name);
    const headerRow = header ? (head[0]?.number ?? 0) : 0;
    return {
      format: { format: 'xlsx', sheet: chosen.name, header },
      bytes: sheet.bytes,
      columns: columns.names,
      fixed: true,
      batches: () => batchesOf(sheet, columns, headerRow),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function chooseSheet(book: Workbook, name: string | undefined): Workbook['sheets'][number] {
  const sheet = name === undefined ? book.sheets[0] : book.sheets.find((candidate) => candidate.name === name);
  if (sheet) return sheet;
  throw new UserError('invalid', 'no_such_sheet', 'The workbook has no such sheet', { where: 'file.sheet' });
}

async function firstRows(sheet: Sheet): Promise<Row[]> {
  const head: Row[] = [];
  for await (const { rows } of rawBatches(sheet)) {
    head.push(...rows);
    if (head.length >= SAMPLED_ROWS) break;
  }
  return head.slice(0, SAMPLED_ROWS);
}

async function* batchesOf(sheet: Sheet, columns: GrowingColumns, headerRow: number): AsyncGenerator<RowBatch> {
  for await (const batch of rawBatches(sheet)) {
    const rows = batch.rows.filter((row) => row.number > headerRow);
    for (const row of rows)
      for (let index = columns.names.length; index < row.values.length; index++) columns.place(`column ${index + 1}`);
    yield { ...batch, rows };
  }
}

async function* rawBatches({ zip, entry, book, bytes }: Sheet): AsyncGenerator<RowBatch> {
  const reading = new SheetReading(book);
  const total = zip.size(entry);
  let pieces = 0;
  for await (const _ of readXml(zip, entry, (event) => reading.on(event))) {
    pieces++;
    if (reading.rows.length === 0) continue;
    // Pieces are of 64 KiB of XML: near enough for a progress bar.
    yield {
      rows: reading.take(),
      position: Math.floor(bytes * Math.min(1, (pieces * 65_536) / Math.max(total, 1))),
      undecodable: 0,
    };
  }
  yield { rows: reading.take(), position: bytes, undecodable: 0 };
}

class SheetReading {
  rows: Row[] = [];
  readonly #book: Workbook;
  #number = 0;
  #values: unknown[] = [];
  #column = -1;
  #type = '';
  #style = 0;
  #text = '';
  #collecting = false;
  #phonetic = false;

  constructor(book: Workbook) {
    this.#book = book;
  }

  take(): Row[] {
    const taken = this.rows;
    this.rows = [];
    return taken;
  }

  on(event: XmlEvent): void {
    if (event.kind === 'text') {
      if (this.#collecting && !this.#phonetic) this.#text += event.text;
    } else if (event.kind === 'open') this.#open(event.name, event.attributes);
    else this.#close(event.name);
  }

  #open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'row') {
      this.#number = attributes.r === undefined ? this.#number + 1 : Number(attributes.r);
      this.#values = [];
      this.#column = -1;
    } else if (name === 'c') {
      this.#column = attributes.r === undefined ? this.#column + 1 : columnOf(attributes.r);
      this.#type = attributes.t ?? 'n';
      this.#style = Number(attributes.s ?? 0);
      this.#text = '';
    } else if (name === 'rPh') this.#phonetic = true;
    else if (name === 'v' || name === 't') this.#collecting = true;
  }

  #close(name: string): void {
    if (name === 'v' || name === 't') this.#collecting = false;
    else if (name === 'rPh') this.#phonetic = false;
    else if (name === 'c') {
      if (this.#column >= 0 && this.#column < MAX_COLUMNS && this.#text !== '')
        this.#values[this.#column] = this.#cell();
    } else if (name === 'row') {
      const values = Array.from(this.#values, (value) => value ?? null);
      if (values.some((value) => value !== null && value !== ''))
        this.rows.push({ number: this.#number, values, content: JSON.stringify(values) });
    }
  }

  #cell(): unknown {
    switch (this.#type) {
      case 's':
        return this.#book.strings[Number(this.#text)] ?? null;
      case 'b':
        return this.#text === '1';
      case 'e':
        return null;
      case 'str':
      case 'inlineStr':
        return decodeEscapes(this.#text);
      case 'd':
        return this.#text;
      default: {
        const number = Number(this.#text);
        if (!Number.isFinite(number)) return this.#text;
        return this.#book.timeStyles[this.#style] ? wallText(number, this.#book.from1904) : number;
      }
    }
  }
}

function columnOf(reference: string): number {
  let column = 0;
  for (const letter of reference) {
    const code = letter.charCodeAt(0);
    if (code < 65 || code > 90) break;
    column = column * 26 + code - 64;
  }
  return column - 1;
}

/** A serial day as `2010-12-01 08:26:00`, without the time at midnight; below one day only the time. */
function wallText(serial: number, from1904: boolean): unknown {
  // Sheets keep fractions of days: the nearest millisecond is what was typed.
  const time = new Date(sheetTime(serial, from1904));
  if (Number.isNaN(time.getTime())) return serial;
  const [day, clock] = time.toISOString().slice(0, -1).replace('.000', '').split('T');
  if (serial < 1 && serial >= 0) return clock;
  return clock === '00:00:00' ? day : `${day} ${clock}`;
}
