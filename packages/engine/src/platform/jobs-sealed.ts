import type { Postgres } from './postgres.ts';
import type { TextCipher } from './vault/index.ts';

/** What a job was given and gave: names of files, mappings with examples, reasons of refusals. */
export interface JobTexts {
  readonly title: string;
  readonly params: unknown;
  readonly saved: unknown;
  readonly result: Record<string, unknown>;
  readonly error: string | null;
}

/** The same as PostgreSQL keeps it; `params`, `saved` and `result` are JSON that is one sealed text. */
export interface SealedJobTexts {
  readonly title: string;
  readonly params: unknown;
  readonly saved: unknown;
  readonly result: unknown;
  readonly error: string | null;
}

/** Seals each by itself, as each is written by itself. */
export interface JobSeal {
  text(value: string): string;
  /** As JSON text for a `jsonb` column; null stays null. */
  json(value: unknown): string | null;
  open(row: SealedJobTexts): JobTexts;
}

export function jobSeal(cipher: TextCipher): JobSeal {
  const openJson = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(cipher.open(value)) : value);
  return {
    text: cipher.seal,
    json: (value) =>
      value === null || value === undefined ? null : JSON.stringify(cipher.seal(JSON.stringify(value))),
    open: ({ title, params, saved, result, error }) => ({
      title: cipher.open(title),
      params: openJson(params),
      saved: openJson(saved),
      result: openJson(result) as Record<string, unknown>,
      error: error === null ? null : cipher.open(error),
    }),
  };
}

/** Seals the jobs of a version that did not; may be called at every start. Their plain rows leave the disk. */
export async function sealOlderJobs(postgres: Postgres, seal: JobSeal): Promise<void> {
  const older = await postgres.query<JobTexts & { id: string }>(
    "SELECT id, title, params, saved, result, error FROM job WHERE jsonb_typeof(params) <> 'string'",
  );
  if (older.length === 0) return;
  for (const { id, title, params, saved, result, error } of older)
    await postgres.query(
      `UPDATE job SET title = $2, params = $3, saved = $4, result = $5, error = $6
       WHERE id = $1 AND jsonb_typeof(params) <> 'string'`,
      [id, seal.text(title), seal.json(params), seal.json(saved), seal.json(result), error && seal.text(error)],
    );
  await postgres.purge(['job']);
}
