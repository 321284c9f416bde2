import { Readable } from 'node:stream';
import type { Guanxi } from '../compose.ts';
import { csvLine } from '../csv.ts';
import { exportFile } from '../export-pii.ts';
import type { ExportRow } from '../export.ts';
import { auditLines } from './audit.ts';
import type { StreamHandlers } from './handler.ts';

const HEARTBEAT_MS = 15_000;
type Row = Record<string, unknown>;
/** A browser is told at most this often, and at most this many events at a time. */
const TELL_MS = 250;
const TOLD = 200;

/** While made-up data are shown every row says whether it is of them: by its source, else by whether there are others. */
async function demoLabel({ demo, ingest }: Guanxi): Promise<((row: Row) => Row) | null> {
  const shown = await demo.shown();
  if (shown === 'none') return null;
  return (row) => {
    const source = typeof row['sourceId'] === 'string' ? ingest.sources.byId(row['sourceId']) : null;
    return { ...row, generated: source ? source.generated : shown === 'only' ? true : 'mixed' };
  };
}

async function* lines(
  pages: AsyncIterable<ExportRow[]>,
  format: 'jsonl' | 'csv',
  guanxi: Guanxi,
): AsyncGenerator<string> {
  let header: string[] | null = null;
  const label = await demoLabel(guanxi);
  for await (const taken of pages) {
    const rows = label ? taken.map(label) : taken;
    if (format === 'jsonl') {
      yield rows.map((row) => `${JSON.stringify(row)}\n`).join('');
      continue;
    }
    if (!header && rows[0]) {
      header = Object.keys(rows[0]);
      yield csvLine(header);
    }
    yield rows.map((row) => csvLine(header!.map((name) => row[name]))).join('');
  }
}

export const streamHandlers: Omit<StreamHandlers, 'signOnStart' | 'signOnReturn'> = {
  async live(_, { live, masking }, _caller, { request, reply }) {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'x-accel-buffering': 'no' });
    raw.write('retry: 1000\n\n');
    let waiting: object[] = [...live.recent().slice(0, TOLD)].toReversed();
    const stop = live.watch((events) => {
      waiting = [...waiting, ...events].slice(-TOLD);
    });
    const tell = () => {
      if (waiting.length === 0 || raw.writableNeedDrain) return;
      raw.write(waiting.map((event) => `data: ${JSON.stringify(masking.reply('live', event))}\n\n`).join(''));
      waiting = [];
    };
    tell();
    // Who was signed out, disabled or given another role sees no more.
    const beat = async () => {
      if (await request.mayGoOn().catch(() => false)) raw.write(': alive\n\n');
      else raw.end();
    };
    const timers = [setInterval(tell, TELL_MS), setInterval(() => void beat(), HEARTBEAT_MS)];
    request.raw.on('close', () => {
      timers.forEach(clearInterval);
      stop();
    });
  },
  async upload({ query }, { imports }, _caller, { request }) {
    return imports.saveUpload(request.body as Readable, query.name);
  },
  async export({ params, query }, guanxi, caller, { reply }) {
    const { pages, headers } = await exportFile(params.what, query, guanxi, caller);
    const type = query.format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson';
    void reply
      .header('content-type', type)
      .header('content-disposition', `attachment; filename="${params.what}.${query.format}"`)
      .headers(headers);
    return reply.send(Readable.from(lines(pages, query.format, guanxi)));
  },
  async auditExport({ query }, guanxi, _caller, { reply }) {
    void reply
      .header('content-type', 'text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="audit.csv"');
    return reply.send(Readable.from(auditLines(query, guanxi)));
  },
  async customerAccess({ params }, { privacy }, { actor }, { reply }) {
    const file = await privacy.access(params.id, actor);
    void reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('content-disposition', `attachment; filename="customer-${params.id}.json"`);
    return reply.send(Readable.from(file));
  },
};
