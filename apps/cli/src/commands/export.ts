import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { endpoints, urlOf } from '@guanxi/contracts';
import type { Session } from '../connect.ts';

export interface ExportOptions {
  readonly output?: string;
  readonly format: string;
  readonly pii?: string;
  readonly k?: string;
  readonly salt?: string;
  readonly reason?: string;
}

/** `guanxi export WHAT`: streamed to a file or to standard output. */
export async function exportCommand(
  what: string,
  { output, format, pii, k, salt, reason }: ExportOptions,
  { url, fetch, text, signal }: Session,
): Promise<void> {
  const query = { format, pii, k, salt, reason };
  const response = await fetch(url + urlOf(endpoints.export, { params: { what }, query }), { signal });
  if (!response.ok || !response.body) {
    const problem = (await response.json().catch(() => ({}))) as { message?: string; where?: string };
    throw new Error([problem.message ?? `HTTP ${response.status}`, problem.where].filter(Boolean).join(': '));
  }
  const suppressed = response.headers.get('x-guanxi-suppressed');
  if (suppressed !== null && k !== undefined)
    console.error(text.export.anonymous(k, response.headers.get('x-guanxi-rows') ?? '0', suppressed));
  const body = Readable.fromWeb(response.body as never);
  if (!output) return pipeline(body, process.stdout, { end: false });
  await pipeline(body, createWriteStream(resolve(output)));
  console.error(text.export.done(output));
}
