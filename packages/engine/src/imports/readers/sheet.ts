import { StringDecoder } from 'node:string_decoder';
import { SaxesParser } from 'saxes';
import { UserError } from '../../platform/index.ts';
import type { Zip } from './zip.ts';

/** XML events of one entry of a workbook, in order; `element` names are without their prefix. */
export type XmlEvent =
  | { readonly kind: 'open'; readonly name: string; readonly attributes: Readonly<Record<string, string>> }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'close'; readonly name: string };

const MAX_SHARED_CHARACTERS = 256 << 20;

const tooLarge = () =>
  new UserError('too_large', 'workbook_too_large', 'The workbook holds too much text to be kept in memory', {
    remedy: 'Save the sheet as CSV and import that.',
  });
/** One text of this many bytes is no cell's: a few kilobytes of an archive may unpack to gigabytes. */
const MAX_TEXT_BYTES = 64 << 20;

/** Calls `take` for each XML event, piece by piece; after each piece hands control to the consumer. */
export async function* readXml(zip: Zip, entry: string, take: (event: XmlEvent) => void): AsyncGenerator<void> {
  const parser = new SaxesParser();
  let silent = 0;
  const on = (event: XmlEvent) => {
    silent = 0;
    take(event);
  };
  const decoder = new StringDecoder('utf8');
  const local = (name: string) => name.slice(name.indexOf(':') + 1);
  parser.on('opentag', (tag) => on({ kind: 'open', name: local(tag.name), attributes: tag.attributes }));
  parser.on('text', (text) => on({ kind: 'text', text }));
  parser.on('cdata', (text) => on({ kind: 'text', text }));
  parser.on('closetag', (tag) => on({ kind: 'close', name: local(tag.name) }));
  parser.on('error', (cause) => {
    throw new UserError('invalid', 'broken_file', 'The workbook holds XML that cannot be read', { cause });
  });
  for await (const bytes of (await zip.read(entry)) as AsyncIterable<Buffer>) {
    silent += bytes.length;
    if (silent > MAX_TEXT_BYTES) throw tooLarge();
    parser.write(decoder.write(bytes));
    yield;
  }
  parser.write(decoder.end()).close();
  yield;
}

async function readWhole(zip: Zip, entry: string, on: (event: XmlEvent) => void): Promise<void> {
  const pieces = readXml(zip, entry, on);
  while (!(await pieces.next()).done);
}

export interface Workbook {
  /** Sheets in order, with the entries that hold them. */
  readonly sheets: readonly { readonly name: string; readonly entry: string }[];
  readonly from1904: boolean;
  /** Per cell style: whether numbers under it are times. */
  readonly timeStyles: readonly boolean[];
  readonly strings: readonly string[];
}

/** What cells refer to. Shared texts are kept in memory: at most 256 million characters. */
export async function readWorkbook(zip: Zip): Promise<Workbook> {
  const found: { name: string; id: string }[] = [];
  const targets = new Map<string, string>();
  let from1904 = false;
  await readWhole(zip, 'xl/_rels/workbook.xml.rels', (event) => {
    if (event.kind === 'open' && event.name === 'Relationship')
      targets.set(event.attributes.Id ?? '', event.attributes.Target ?? '');
  });
  await readWhole(zip, 'xl/workbook.xml', (event) => {
    if (event.kind !== 'open') return;
    if (event.name === 'workbookPr') from1904 = ['1', 'true'].includes(event.attributes.date1904 ?? '');
    if (event.name !== 'sheet') return;
    const id = Object.entries(event.attributes).find(([name]) => name.endsWith(':id'))?.[1] ?? '';
    found.push({ name: event.attributes.name ?? '', id });
  });
  const sheets = found.flatMap(({ name, id }) => {
    const target = targets.get(id);
    if (!target) return [];
    const entry = target.startsWith('/') ? target.slice(1) : `xl/${target}`;
    return zip.has(entry) ? [{ name, entry }] : [];
  });
  return { sheets, from1904, timeStyles: await readTimeStyles(zip), strings: await readStrings(zip) };
}

async function readStrings(zip: Zip): Promise<string[]> {
  const entry = ['xl/sharedStrings.xml', 'xl/SharedStrings.xml'].find((name) => zip.has(name));
  if (!entry) return [];
  const strings: string[] = [];
  let current = '';
  let within = false;
  let phonetic = false;
  let characters = 0;
  await readWhole(zip, entry, (event) => {
    if (event.kind === 'text') {
      if (within && !phonetic) current += event.text;
    } else if (event.name === 't') within = event.kind === 'open';
    else if (event.name === 'rPh') phonetic = event.kind === 'open';
    else if (event.name === 'si' && event.kind === 'close') {
      strings.push(decodeEscapes(current));
      characters += current.length;
      current = '';
      if (characters > MAX_SHARED_CHARACTERS) throw tooLarge();
    }
  });
  return strings;
}

/** Control characters are written `_x000D_` in workbooks. */
export function decodeEscapes(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_whole, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** Number formats that every program knows without a definition; 27–36 and 50–58 are East Asian dates. */
function isBuiltInTime(format: number): boolean {
  return (
    (format >= 14 && format <= 22) ||
    (format >= 27 && format <= 36) ||
    (format >= 45 && format <= 47) ||
    (format >= 50 && format <= 58)
  );
}

async function readTimeStyles(zip: Zip): Promise<boolean[]> {
  if (!zip.has('xl/styles.xml')) return [];
  const custom = new Map<number, boolean>();
  const styles: boolean[] = [];
  let inCells = false;
  await readWhole(zip, 'xl/styles.xml', (event) => {
    if (event.kind === 'text') return;
    if (event.name === 'cellXfs') inCells = event.kind === 'open';
    if (event.kind === 'close') return;
    const { numFmtId, formatCode } = event.attributes;
    if (event.name === 'numFmt') custom.set(Number(numFmtId), isTimeFormat(formatCode ?? ''));
    if (event.name === 'xf' && inCells)
      styles.push(custom.get(Number(numFmtId)) ?? isBuiltInTime(Number(numFmtId ?? 0)));
  });
  return styles;
}

/** Whether a format shows years, months, days or hours, once quoted texts, colours and conditions are out of the way. */
export function isTimeFormat(code: string): boolean {
  const bare = code
    .split(';')[0]!
    .replace(/"[^"]*"|\\.|_.|\*./g, '')
    .replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '');
  return !/general/i.test(bare) && /[ymdhs]/i.test(bare);
}
