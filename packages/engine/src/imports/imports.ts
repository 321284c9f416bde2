import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  type FileFormat,
  type FileSample,
  importMapping,
  type ImportMapping,
  type Job,
  type MappingCheck,
} from '@guanxi/contracts';
import { type JobHandler, type JobRun, type Platform, UserError } from '../platform/index.ts';
import { checkMapping } from './check.ts';
import type { ImportFigures } from './figures.ts';
import { compileMapping } from './mapper.ts';
import { openTable, plainFile, type Table } from './readers/index.ts';
import { type Gate, importParams, type ImportParams, runImport, type Throttle } from './run.ts';
import { sampleTable } from './sample.ts';
import { createUploads, shownName, type StoredFile } from './uploads.ts';

export interface Imports {
  /**
   * Keep a file under an id of ours. Throws `too_large` beyond `limit` bytes (the configured most when absent).
   * @param name what the client calls it; shown, and hint of the format
   */
  saveUpload(body: AsyncIterable<Uint8Array>, name: string, limit?: number): Promise<{ file: string; bytes: number }>;
  /** Columns, first rows and a proposed mapping of an upload. */
  sample(file: string, format?: FileFormat): Promise<FileSample>;
  /** What its first rows become under a mapping. */
  check(file: string, mapping: ImportMapping, rows?: number): Promise<MappingCheck>;
  /** Begin to import an upload. Throws at once where the mapping does not fit the file. */
  submit(file: string, mapping: ImportMapping): Promise<Job>;
  /** Files of this machine, named by its operator: never reached from the API. */
  readonly local: {
    sample(path: string, format?: FileFormat): Promise<FileSample>;
    check(path: string, mapping: ImportMapping, rows?: number): Promise<MappingCheck>;
    /** A file, or every data file of a folder in order of name. Without a mapping, `mapping.json` beside it. */
    submit(path: string, mapping?: ImportMapping): Promise<Job[]>;
    /** Imports a file within a job that goes on already, through a gate of its own. */
    run(path: string, mapping: ImportMapping, run: JobRun, gate: Gate): Promise<ImportFigures>;
  };
  /** Uploads of which a cell, or the file as it is, is spoken of. */
  uploadsNaming(names: (cell: string) => boolean, signal: AbortSignal): Promise<string[]>;
  eraseUploads(files: readonly string[]): Promise<void>;
  /** Uploads that nobody has used since an instant (milliseconds). */
  uploadsOlder(before: number): Promise<number>;
  removeUploads(before: number): Promise<number>;
  /** Works on jobs of kind `import`. */
  readonly handler: JobHandler;
}

const CHECKED_ROWS = 1000;
const DATA_FILE = /\.(csv|tsv|tab|txt|jsonl|ndjson|parquet|xlsx)(\.(gz|zst|zstd))?$/i;

/**
 * File import on a platform.
 * @param throttle waits while too much of the log has not flowed down yet; called before every batch
 */
export function createImports(
  platform: Platform,
  gate: Gate,
  { throttle = () => Promise.resolve() }: { throttle?: Throttle } = {},
): Imports {
  const uploads = createUploads(
    platform.config.uploadsDir ?? join(platform.config.dataDir, 'uploads'),
    platform.clock,
    platform.vault,
  );
  const localFile = async (path: string): Promise<StoredFile> => ({
    source: await plainFile(path),
    name: basename(path),
  });
  const locate = (file: ImportParams['file']): Promise<StoredFile> =>
    'upload' in file ? uploads.find(file.upload) : localFile(file.path);
  const submit = async (file: ImportParams['file'], mapping: ImportMapping): Promise<Job> => {
    const stored = await locate(file);
    // Compiled here only to refuse at once what the job could not do.
    await withTable(stored, mapping.file, (table) => Promise.resolve(compileMapping(mapping, table)));
    const params: ImportParams = { file, mapping };
    return platform.jobs.submit('import', shownName(stored.name), params, 'bytes');
  };
  const sample = (stored: StoredFile, format?: FileFormat) =>
    withTable(stored, format, (table) => sampleTable(table, stored.name));
  const check = (stored: StoredFile, mapping: ImportMapping, rows = CHECKED_ROWS) =>
    withTable(stored, mapping.file, (table) => checkMapping(table, mapping, rows));
  return {
    saveUpload: (body, name, limit = platform.config.maxUploadBytes) => uploads.save(body, name, limit),
    sample: async (file, format) => sample(await uploads.find(file), format),
    check: async (file, mapping, rows) => check(await uploads.find(file), mapping, rows),
    submit: (file, mapping) => submit({ upload: file }, mapping),
    local: {
      sample: async (path, format) => sample(await localFile(path), format),
      check: async (path, mapping, rows) => check(await localFile(path), mapping, rows),
      async submit(path, mapping) {
        const { files, beside } = await dataFiles(path);
        const how = mapping ?? (await readMapping(beside));
        const jobs: Job[] = [];
        for (const file of files) jobs.push(await submit({ path: file }, how));
        return jobs;
      },
      run: async (path, mapping, run, own) =>
        withTable(await localFile(path), mapping.file, (table) =>
          runImport(table, mapping, run, { gate: own, throttle }),
        ),
    },
    async uploadsNaming(names, signal) {
      const found: string[] = [];
      for (const file of await uploads.all()) {
        signal.throwIfAborted();
        if (await speaksOf(file, names)) found.push(file.id);
      }
      return found;
    },
    async eraseUploads(files) {
      for (const file of files) await uploads.remove(file);
    },
    uploadsOlder: async (before) => (await uploads.all()).filter((file) => file.usedAt < before).length,
    async removeUploads(before) {
      const old = (await uploads.all()).filter((file) => file.usedAt < before);
      for (const { id } of old) await uploads.remove(id);
      return old.length;
    },
    async handler(run) {
      const { file, mapping } = importParams.parse(run.params);
      return withTable(await locate(file), mapping.file, (table) => runImport(table, mapping, run, { gate, throttle }));
    },
  };
}

/** Whether a file speaks of somebody, by its name or any cell; of one that cannot be read as rows, its bytes are looked at. */
async function speaksOf(file: StoredFile, names: (cell: string) => boolean): Promise<boolean> {
  if (names(file.name)) return true;
  try {
    return await withTable(file, undefined, async (table) => {
      for await (const { rows } of table.batches())
        for (const { values, content } of rows)
          if (values.some((value) => names(textOfCell(value))) || names(content)) return true;
      return false;
    });
  } catch {
    const pieces: Buffer[] = [];
    for await (const piece of file.source.read()) pieces.push(piece);
    return names(Buffer.concat(pieces).toString('utf8'));
  }
}

const textOfCell = (value: unknown): string =>
  typeof value === 'string' ? value : value === null || value === undefined ? '' : (JSON.stringify(value) ?? '');

async function withTable<T>(
  { source, name }: StoredFile,
  format: FileFormat | undefined,
  use: (table: Table) => Promise<T>,
): Promise<T> {
  const table = await openTable(source, name, format);
  try {
    return await use(table);
  } finally {
    await table.close();
  }
}

const noFile = () =>
  new UserError('not_found', 'no_file', 'There is no such file, or no data file in the folder', {
    remedy: 'Give a CSV, TSV, JSON lines, Parquet or XLSX file, or a folder of them.',
  });

async function dataFiles(path: string): Promise<{ files: string[]; beside: string }> {
  const found = await stat(path).catch(() => null);
  if (!found) throw noFile();
  if (!found.isDirectory()) return { files: [path], beside: join(path, '..', 'mapping.json') };
  const names = (await readdir(path)).filter((name) => DATA_FILE.test(name)).sort();
  if (names.length === 0) throw noFile();
  return { files: names.map((name) => join(path, name)), beside: join(path, 'mapping.json') };
}

/** The mapping that stands beside the data. Throws `no_mapping` and `bad_mapping`. */
async function readMapping(path: string): Promise<ImportMapping> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UserError('invalid', 'no_mapping', 'There is no mapping.json beside the data', { cause });
  });
  try {
    return importMapping.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError('invalid', 'bad_mapping', 'mapping.json is not a mapping', { cause });
  }
}
