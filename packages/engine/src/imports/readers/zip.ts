import { Readable } from 'node:stream';
import yauzl from 'yauzl';
import { UserError } from '../../platform/index.ts';
import type { ByteSource } from './bytes.ts';

/** A ZIP archive by the names of its entries. */
export interface Zip {
  has(name: string): boolean;
  /** Unpacked bytes of an entry; throws `broken_file` where it is missing. */
  read(name: string): Promise<Readable>;
  /** Unpacked size as the archive says it. */
  size(name: string): number;
  close(): void;
}

const damaged = (cause?: unknown) =>
  new UserError('invalid', 'broken_file', 'The workbook is damaged or cut off', { cause });
const MAX_ENTRIES = 10_000;

/** Lets the ZIP library read parts of a file that it cannot open itself. */
class Reader extends yauzl.RandomAccessReader {
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    super();
    this.#source = source;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#source.read(start, end), { objectMode: false });
  }
}

/** Open a ZIP file for reading any entry; entries are only read, never written to disk, so their names are harmless. */
export async function openZip(source: ByteSource): Promise<Zip> {
  const file = await new Promise<yauzl.ZipFile>((resolve, reject) => {
    yauzl.fromRandomAccessReader(
      new Reader(source),
      source.size,
      { lazyEntries: true, autoClose: false },
      (error, opened) => {
        if (error) reject(damaged(error));
        else resolve(opened);
      },
    );
  });
  const entries = new Map<string, yauzl.Entry>();
  await new Promise<void>((resolve, reject) => {
    file.on('entry', (entry: yauzl.Entry) => {
      entries.set(entry.fileName, entry);
      if (entries.size > MAX_ENTRIES) reject(damaged());
      else file.readEntry();
    });
    file.on('end', resolve);
    file.on('error', (error) => reject(damaged(error)));
    file.readEntry();
  }).catch((error: unknown) => {
    file.close();
    throw error;
  });
  return {
    has: (name) => entries.has(name),
    size: (name) => entries.get(name)?.uncompressedSize ?? 0,
    close: () => file.close(),
    read: (name) =>
      new Promise((resolve, reject) => {
        const entry = entries.get(name);
        if (!entry) return reject(damaged());
        file.openReadStream(entry, (error, stream) => (error ? reject(damaged(error)) : resolve(stream)));
      }),
  };
}
