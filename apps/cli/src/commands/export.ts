import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { endpoints, urlOf } from '@guanxi/contracts';
import type { Session } from '../connect.ts';

export interface ExportOptions {
  readonly output?: string;
  readonly format: string;
}

/** `guanxi export WHAT`: streamed to a file or to standard output. */
export async function exportCommand(
  what: string,
  { output, format }: ExportOptions,
  { url, fetch, text, signal }: Session,
): Promise<void> {
  const response = await fetch(url + urlOf(endpoints.export, { params: { what }, query: { format } }), { signal });
  if (!response.ok || !response.body) {
    const problem = (await response.json().catch(() => ({}))) as { message?: string; where?: string };
    throw new Error([problem.message ?? `HTTP ${response.status}`, problem.where].filter(Boolean).join(': '));
  }
  const body = Readable.fromWeb(response.body as never);
  if (!output) return pipeline(body, process.stdout, { end: false });
  await pipeline(body, createWriteStream(resolve(output)));
  console.error(text.export.done(output));
}
