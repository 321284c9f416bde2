import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const filesOf = (at: string): string[] =>
  readdirSync(at).flatMap((name) => {
    const path = join(at, name);
    try {
      return statSync(path).isDirectory() ? filesOf(path) : [path];
    } catch {
      return [];
    }
  });

/** Every way in which a value may lie in a file. */
function shapesOf(value: string): Buffer[] {
  const swapped = Buffer.from(value, 'utf16le').swap16();
  const base64 = [0, 1, 2].map((pad) =>
    Buffer.concat([Buffer.alloc(pad), Buffer.from(value)])
      .toString('base64')
      .slice(pad === 0 ? 0 : 4, -4),
  );
  const escaped = JSON.stringify(value)
    .slice(1, -1)
    .replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [
    ...new Set([
      value,
      value.toLowerCase(),
      value.toUpperCase(),
      encodeURIComponent(value),
      escaped,
      ...base64.filter((text) => text.length >= 8),
    ]),
  ]
    .map((text) => Buffer.from(text))
    .concat(Buffer.from(value, 'utf16le'), swapped);
}

/** Files that hold any of the values, as bytes. */
export function filesWith(folder: string, values: readonly string[]): string[] {
  const shapes = values.flatMap(shapesOf);
  return filesOf(folder).filter((path) => {
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch {
      return false;
    }
    return shapes.some((shape) => bytes.includes(shape));
  });
}
