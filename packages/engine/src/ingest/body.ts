import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import { gunzip, gunzipSync } from 'node:zlib';
import type { Json } from '@guanxi/contracts';
import { UserError } from '../platform/index.ts';

/** A hand-over to another thread costs more than inflating this much. */
const INFLATE_HERE_BELOW = 4096;
const inflate = promisify(gunzip);

const tooLarge = (limit: number) =>
  new UserError('too_large', 'too_large', `The request is larger than ${limit} bytes after decompression`, {
    remedy: 'Send fewer events in one request.',
  });
const invalid = (code: string, message: string) => new UserError('invalid', code, message);

/** Stops as soon as more than `limit` has come out, so that a small request cannot fill the memory. */
async function inflated(bytes: Uint8Array, limit: number): Promise<Buffer> {
  try {
    const options = { maxOutputLength: limit };
    return bytes.byteLength < INFLATE_HERE_BELOW ? gunzipSync(bytes, options) : await inflate(bytes, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
    throw invalid('bad_gzip', 'The request begins like gzip and cannot be decompressed');
  }
}

/** The engine's own message quotes the text, which may be a customer's; only the place is kept. */
function placeOf(error: unknown): string {
  const match = /position (\d+)/.exec(error instanceof Error ? error.message : '');
  return match ? ` (at character ${match[1]})` : '';
}

export function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw invalid('invalid_json', `The request is not JSON${placeOf(error)}`);
  }
}

/** Old browsers' clients send `data=` and base64, or the JSON itself, as a form. */
function formData(text: string): string {
  const data = new URLSearchParams(text).get('data') ?? '';
  return /^\s*[[{]/.test(data) ? data : Buffer.from(data, 'base64').toString('utf8');
}

/**
 * The text of a request's body: gzip is recognised by its first two bytes whatever the headers say. Throws `too_large`
 * over `limit` bytes after decompression, `invalid` for what is not gzip or not UTF-8.
 * @param grown told by how many bytes the body has grown; what it throws is thrown
 */
export async function readText(
  body: Uint8Array,
  limit: number,
  grown: (bytes: number) => void = () => undefined,
): Promise<string> {
  const zipped = body.byteLength >= 2 && body[0] === 0x1f && body[1] === 0x8b;
  const bytes = zipped ? await inflated(body, limit) : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (bytes.byteLength > body.byteLength) grown(bytes.byteLength - body.byteLength);
  if (bytes.byteLength > limit) throw tooLarge(limit);
  if (!isUtf8(bytes)) throw invalid('not_utf8', 'The request is not UTF-8 text');
  const text = bytes.toString('utf8');
  if (text.startsWith('data=')) return formData(text);
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
