import { createReadStream, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { type FileSample, importMapping, type ImportMapping, type Job } from '@guanxi/contracts';
import { UserError } from '@guanxi/engine/platform';
import type { CommonOptions, Session } from '../connect.ts';
import { followGraph, followJob } from '../follow.ts';
import { ProgressBar } from '../progress.ts';

export interface ImportOptions extends CommonOptions {
  readonly mapping?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly saveMapping?: string;
}

const DATA_FILE = /\.(csv|tsv|txt|jsonl|ndjson|parquet|xlsx)(\.(gz|zst))?$/i;

/** The data files at a path, in order of name. */
function dataFiles(path: string, { text }: Session): string[] {
  const missing = new UserError('not_found', 'no_file', text.import.noFile(path), { remedy: text.import.noFileRemedy });
  if (!existsSync(path)) throw missing;
  if (!statSync(path).isDirectory()) return [path];
  const files = readdirSync(path)
    .filter((name) => DATA_FILE.test(name))
    .sort();
  if (files.length === 0) throw missing;
  return files.map((name) => join(path, name));
}

function readMapping(path: string, { text }: Session): ImportMapping {
  try {
    return importMapping.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const issue =
      error instanceof Error && 'issues' in error
        ? (error.issues as { path: (string | number)[]; message: string }[])[0]
        : undefined;
    throw new UserError('invalid', 'bad_mapping', text.import.badMapping(path), {
      where: issue?.path.join('.'),
      remedy: issue?.message ?? (error as Error).message,
    });
  }
}

async function upload(path: string, { api, text }: Session): Promise<string> {
  const total = statSync(path).size;
  const bar = new ProgressBar(text.import.upload, text);
  const started = Date.now();
  let done = 0;
  const stream = createReadStream(path).on('data', (chunk) => {
    done += chunk.length;
    const rate = done / Math.max(0.001, (Date.now() - started) / 1000);
    bar.show({ done, total, rate, etaSeconds: (total - done) / rate });
  });
  const { file } = await api.upload({
    query: { name: basename(path) },
    upload: Readable.toWeb(stream) as ReadableStream as never,
  });
  bar.end();
  return file;
}

function showProposal(sample: FileSample, { text }: Session): void {
  console.log(text.import.proposal);
  const { mapping, confidence } = sample.proposal;
  for (const [field, source] of Object.entries(mapping.fields)) {
    const sure = confidence[field];
    const from = 'column' in source ? source.column : JSON.stringify(source.constant);
    console.log(
      `  ${from} → ${field}${sure ? `  (${Math.round(sure.score * 100)}%: ${sure.why[text.language]})` : ''}`,
    );
  }
  if (mapping.event.length > 0) console.log(`  ${mapping.type}: ${mapping.event.map((item) => item.name).join(', ')}`);
}

/** The mapping that was given, or the proposed one when the user takes it; null when there is nothing more to do. */
async function mappingFor(
  path: string,
  file: string,
  options: ImportOptions,
  session: Session,
): Promise<ImportMapping | null> {
  const beside = join(statSync(path).isDirectory() ? path : dirname(path), 'mapping.json');
  const given = options.mapping ? resolve(options.mapping) : existsSync(beside) ? beside : null;
  if (given) return readMapping(given, session);
  const sample = await session.api.importSample({ body: { file } });
  showProposal(sample, session);
  if (options.saveMapping) {
    writeFileSync(resolve(options.saveMapping), `${JSON.stringify(sample.proposal.mapping, null, 2)}\n`);
    console.log(session.text.import.saved(options.saveMapping));
  }
  if (options.yes || options.dryRun) return sample.proposal.mapping;
  console.log(session.text.import.proposalRemedy);
  return null;
}

async function check(file: string, mapping: ImportMapping, { api, text }: Session): Promise<void> {
  const result = await api.importCheck({ body: { file, mapping } });
  console.log(text.import.checked(result.rows, result.events, result.errorRows));
  for (const { row, field, message } of result.errors.slice(0, 20)) console.log(text.import.row(row, field, message));
}

function showResult({ result }: Job, { text }: Session): void {
  const figure = (name: string) => Number(result[name] ?? 0).toLocaleString('en-US');
  const words = text.import;
  console.log(
    `${figure('rows')} ${words.rowsWord}, ${figure('events')} ${words.eventsWord}, ${figure('errors')} ${words.errorsWord}, ${figure('quarantined')} ${words.quarantinedWord}`,
  );
  for (const [reason, rows] of Object.entries((result['skipped'] ?? {}) as Record<string, number>))
    console.log(words.skipped(reason, rows));
}

/** `guanxi import PATH`: upload, map, import, and wait until the graph has it. */
export async function importCommand(given: string, options: ImportOptions, session: Session): Promise<void> {
  const path = resolve(given);
  const started = Date.now();
  const results: Job[] = [];
  const files = dataFiles(path, session);
  if ((await session.api.demoStatus()).state !== 'none') process.stderr.write(`${session.text.import.besideDemo}\n`);
  for (const each of files) {
    const file = await upload(each, session);
    const mapping = await mappingFor(path, file, options, session);
    if (!mapping) return;
    if (options.dryRun) {
      await check(file, mapping, session);
      continue;
    }
    const job = await followJob(
      await session.api.importRun({ body: { file, mapping } }),
      session.text.import.rows,
      session,
    );
    results.push(job);
    if (!session.json) showResult(job, session);
  }
  if (results.length === 0) return;
  await followGraph(session.text.import.graph, session);
  const seconds = (Date.now() - started) / 1000;
  const { counts } = await session.api.status();
  if (session.json)
    console.log(
      JSON.stringify({
        seconds,
        customers: counts.customers,
        known: counts.knownCustomers,
        files: results.map((job) => job.result),
      }),
    );
  else {
    console.log(session.text.import.done(seconds.toFixed(1)));
    console.log(session.text.import.customers(counts.customers, counts.knownCustomers));
  }
}
