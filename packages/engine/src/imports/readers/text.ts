import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';

export type Encoding = 'utf-8' | 'gb18030' | 'utf-16le';

/** What the first bytes tell. Null: only ASCII so far, which every encoding here reads alike. */
export function encodingOf(head: Uint8Array): Encoding | null {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8';
  if (isAscii(head)) return null;
  return isUtf8(withoutCutTail(head)) ? 'utf-8' : 'gb18030';
}

/** Without a character that the end of the piece cuts: at most three bytes. */
function withoutCutTail(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return bytes;
    if (byte >= 0xc0) return bytes.subarray(0, bytes.length - back);
  }
  return bytes;
}

/**
 * Bytes to text, piece by piece. Where no encoding is stated it is decided by the first piece that is not ASCII, however
 * late that comes.
 */
export class TextDecoding {
  /** Characters that could not be decoded (each became U+FFFD). */
  undecodable = 0;
  encoding: Encoding | null;
  #decoder: TextDecoder | null = null;
  #first = true;

  constructor(encoding: Encoding | null) {
    this.encoding = encoding;
  }

  decode(bytes: Buffer): string {
    const mark = this.#first ? encodingOf(bytes.subarray(0, 3)) : null;
    // A mark says more than a statement does.
    if (mark === 'utf-16le' || (mark === 'utf-8' && bytes[0] === 0xef)) this.encoding = mark;
    this.#first = false;
    if (!this.#decoder) {
      if (!this.encoding && isAscii(bytes)) return bytes.toString('latin1');
      this.encoding ??= encodingOf(bytes)!;
      // TextDecoder drops a byte order mark by itself.
      this.#decoder = new TextDecoder(this.encoding);
    }
    if (this.encoding === 'utf-8' && isAscii(bytes) && this.#whole) return bytes.toString('latin1');
    const text = this.#decoder.decode(bytes, { stream: true });
    this.#whole = bytes.length === 0 || bytes[bytes.length - 1]! < 0x80;
    return this.#counted(text);
  }

  end(): string {
    return this.#counted(this.#decoder?.decode() ?? '');
  }

  /** Whether the decoder holds no half character, so that plain pieces may pass it by. */
  #whole = false;

  #counted(text: string): string {
    for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', at + 1)) this.undecodable++;
    return text;
  }
}
