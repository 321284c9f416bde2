import { reason } from '@guanxi/contracts';
import { MAX_ROW_CHARACTERS, type Row } from './rows.ts';

export interface Dialect {
  readonly delimiter: string;
  readonly quote: '"' | "'";
  /** What stands before a quote inside quotes: the quote again, or a backslash. */
  readonly escape: '"' | '\\';
  readonly newline: '\n' | '\r';
}

type Parsed =
  | { readonly kind: 'row'; readonly values: string[]; readonly end: number }
  | { readonly kind: 'problem'; readonly problem: string }
  | { readonly kind: 'more' };

/**
 * Delimited text to rows, piece by piece (RFC 4180, lenient). Lines without a quote, nearly all of most files, are
 * split at once; the others are walked. A row that cannot be read costs its first line only: reading goes on at the
 * next line, so that one stray quote never swallows the file.
 */
export class DelimitedParser {
  readonly #dialect: Dialect;
  readonly #escaped: RegExp;
  #left = '';
  #line = 1;
  #discarding = false;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
    this.#escaped = new RegExp(`\\\\([\\\\${dialect.quote}])`, 'g');
  }

  /** The rows that this piece completes. Empty lines are passed over. */
  push(text: string): Row[] {
    return this.#parse(text, false);
  }

  /** The last row, where the text does not end with a line break. */
  end(): Row[] {
    return this.#parse('', true);
  }

  #parse(text: string, final: boolean): Row[] {
    const { newline, quote } = this.#dialect;
    const buffer = this.#left === '' ? text : this.#left + text;
    const rows: Row[] = [];
    let start = this.#discarding ? this.#discard(buffer) : 0;
    let nextQuote = buffer.indexOf(quote, start);
    while (start < buffer.length) {
      let end = buffer.indexOf(newline, start);
      if (end < 0) {
        if (buffer.length - start > MAX_ROW_CHARACTERS && !final) {
          rows.push(this.#problem(this.#line, reason('longRow')));
          this.#discarding = true;
          start = buffer.length;
          break;
        }
        if (!final) break;
        end = buffer.length;
      }
      if (nextQuote >= 0 && nextQuote < start) nextQuote = buffer.indexOf(quote, start);
      if (nextQuote < 0 || nextQuote > end) {
        this.#plain(rows, buffer, start, end);
        this.#line++;
        start = end + 1;
        continue;
      }
      const parsed = this.#quoted(buffer, start, final || buffer.length - start > MAX_ROW_CHARACTERS);
      if (parsed.kind === 'more') break;
      if (parsed.kind === 'problem') {
        rows.push(this.#problem(this.#line++, parsed.problem));
        start = end + 1;
        continue;
      }
      const content = buffer.slice(start, parsed.end);
      rows.push({ number: this.#line, values: parsed.values, content });
      this.#line += parsed.end > end ? countOf(content, newline) + 1 : 1;
      start = parsed.end + 1;
    }
    this.#left = buffer.slice(start);
    return rows;
  }

  /** Where a row too long to keep ends. */
  #discard(buffer: string): number {
    const end = buffer.indexOf(this.#dialect.newline);
    if (end < 0) return buffer.length;
    this.#discarding = false;
    this.#line++;
    return end + 1;
  }

  #plain(rows: Row[], buffer: string, start: number, end: number): void {
    const stop = end > start && buffer.charCodeAt(end - 1) === 13 ? end - 1 : end;
    if (stop === start) return;
    const content = buffer.slice(start, stop);
    rows.push({ number: this.#line, values: content.split(this.#dialect.delimiter), content });
  }

  #problem(number: number, problem: string): Row {
    return { number, values: [], content: '', problem };
  }

  /** A row with quotes that starts at `start`; `final`: no more text will come for it. */
  #quoted(buffer: string, start: number, final: boolean): Parsed {
    const { delimiter, quote, newline } = this.#dialect;
    const values: string[] = [];
    let lineEnd = buffer.indexOf(newline, start);
    for (let at = start; ;) {
      if (buffer[at] === quote) {
        const close = this.#closing(buffer, at + 1);
        const closed = close >= 0 && (close < buffer.length - 1 || final);
        if (!closed && !final) return { kind: 'more' };
        if (closed) {
          const after = close + 1;
          if (buffer[after] === delimiter) {
            values.push(this.#unescaped(buffer.slice(at + 1, close)));
            at = after + 1;
            continue;
          }
          const end = this.#rowEnd(buffer, after, final);
          if (end === null) return { kind: 'more' };
          if (end >= 0) {
            values.push(this.#unescaped(buffer.slice(at + 1, close)));
            return { kind: 'row', values, end };
          }
        }
        // Files with tabs are often written without any quoting: then a quote is a character like others.
        if (delimiter !== '\t')
          return {
            kind: 'problem',
            problem: closed ? reason('afterQuote') : reason('openQuote'),
          };
      }
      if (lineEnd >= 0 && lineEnd < at) lineEnd = buffer.indexOf(newline, at);
      const stop = buffer.indexOf(delimiter, at);
      if (stop >= 0 && (lineEnd < 0 || stop < lineEnd)) {
        values.push(buffer.slice(at, stop));
        at = stop + 1;
        continue;
      }
      if (lineEnd < 0 && !final) return { kind: 'more' };
      const end = lineEnd < 0 ? buffer.length : lineEnd;
      values.push(buffer.slice(at, buffer.charCodeAt(end - 1) === 13 && end > at ? end - 1 : end));
      return { kind: 'row', values, end };
    }
  }

  /** Where the row ends if it ends at `at`, −1 if it does not, null where more text has to tell. */
  #rowEnd(buffer: string, at: number, final: boolean): number | null {
    const { newline } = this.#dialect;
    if (buffer[at] === newline) return at;
    if (buffer[at] === '\r' && buffer[at + 1] === newline) return at + 1;
    const left = buffer.length - at;
    if (left === 0 || (left === 1 && buffer[at] === '\r')) return final ? buffer.length : null;
    return -1;
  }

  /** The place of the quote that closes, −1 where there is none yet. */
  #closing(buffer: string, from: number): number {
    const { quote, escape } = this.#dialect;
    for (let at = buffer.indexOf(quote, from); at >= 0; at = buffer.indexOf(quote, at + 1)) {
      if (escape === '\\') {
        let slashes = 0;
        while (at - 1 - slashes >= from && buffer[at - 1 - slashes] === '\\') slashes++;
        if (slashes % 2 === 1) continue;
        return at;
      }
      if (buffer[at + 1] !== quote) return at;
      at++;
    }
    return -1;
  }

  #unescaped(text: string): string {
    const { quote, escape } = this.#dialect;
    if (escape === '\\') return text.includes('\\') ? text.replace(this.#escaped, '$1') : text;
    return text.includes(quote) ? text.replaceAll(quote + quote, quote) : text;
  }
}

function countOf(text: string, character: string): number {
  let count = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) count++;
  return count;
}
