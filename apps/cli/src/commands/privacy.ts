import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { endpoints, urlOf } from '@guanxi/contracts';
import type { Session } from '../connect.ts';
import { followJob } from '../follow.ts';

export interface EraseOptions {
  readonly reason?: string;
  readonly yes?: boolean;
}

const NODE_ID = /^[0-9]{1,19}$/;

/** The one customer whose number or identifier this is; several found is none. */
async function customerOf(who: string, { api, text }: Session): Promise<string> {
  if (NODE_ID.test(who)) {
    const found = await api.customer({ params: { id: who } }).catch(() => null);
    if (found) return found.id;
  }
  const { items } = await api.customers({ query: { search: who, limit: 2 } });
  if (items.length !== 1) throw new Error(text.privacy.notOne(items.length));
  return items[0]!.id;
}

async function confirmed(id: string, { text }: Session): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const line = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await line.question(text.privacy.confirm(id))).trim() === id;
  } finally {
    line.close();
  }
}

/** `guanxi privacy erase WHO`: shows what goes, asks, follows the job and prints the receipts. */
export async function eraseCommand(who: string, options: EraseOptions, session: Session): Promise<void> {
  const { api, text, json } = session;
  const id = await customerOf(who, session);
  const { counts } = await api.erasurePreview({ params: { id } });
  if (!json) for (const { store, rows, shared } of counts) console.error(text.privacy.would(store, rows, shared));
  if (!options.yes && !(await confirmed(id, session))) throw new Error(text.privacy.notConfirmed);
  const body = { reason: options.reason ?? 'asked on the command line', confirm: id };
  const asked = await api.erasureRequest({ params: { id }, body });
  if (asked.job) await followJob(asked.job, text.privacy.word, session);
  const done = await api.erasure({ params: { id: asked.id } });
  if (json) console.log(JSON.stringify(done));
  else for (const { store, removed, left } of done.receipts) console.log(text.privacy.receipt(store, removed, left));
}

/** `guanxi privacy access WHO`: everything held of a person, to a file or standard output. */
export async function accessCommand(who: string, output: string | undefined, session: Session): Promise<void> {
  const { url, text, signal } = session;
  const id = await customerOf(who, session);
  const response = await session.fetch(url + urlOf(endpoints.customerAccess, { params: { id } }), { signal });
  if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
  const body = Readable.fromWeb(response.body as never);
  if (!output) return pipeline(body, process.stdout, { end: false });
  await pipeline(body, createWriteStream(resolve(output), { mode: 0o600 }));
  console.error(text.export.done(output));
}
