import type { EdgeEvidence, NodeId } from '@guanxi/contracts';
import type { Identity } from '../identity/index.ts';
import { readEvent, wireEventOf } from '../ingest/index.ts';
import { type ClickHouse, idArray, type LogRecord, UserError } from '../platform/index.ts';
import { POINT_READ } from './labels.ts';
import { placeOf } from './persons.ts';

export interface EdgeEventsRequest {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly type: string;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** The place after which a page begins: time in milliseconds and seq of the last row before. */
function readCursor(cursor: string): { ms: string; after: string } {
  const match = /^(-?\d{1,16})_(\d{1,19})$/.exec(cursor);
  if (!match) throw new UserError('invalid', 'bad_cursor', 'The cursor is none of this list', { where: 'cursor' });
  return { ms: match[1]!, after: match[2]! };
}

interface EvidenceRow {
  readonly seq: number;
  readonly at: number;
  readonly weight: number;
}

async function logRecords(clickhouse: ClickHouse, seqs: readonly number[]): Promise<Map<number, LogRecord>> {
  const rows = await clickhouse.query<LogRecord>(
    `SELECT seq, kind, toUnixTimestamp64Milli(received_at) AS receivedAt, toUnixTimestamp64Milli(sent_at) AS sentAt,
            source_id AS sourceId, payload
     FROM event_log WHERE seq IN {seqs:Array(UInt64)}`,
    { seqs: idArray(seqs) },
    POINT_READ,
  );
  return new Map(rows.map((row) => [row.seq, row]));
}

/** The events behind an edge, newest first, each as it is in the log. */
export async function readEdgeEvents(
  clickhouse: ClickHouse,
  identity: Identity,
  request: EdgeEventsRequest,
): Promise<{ items: EdgeEvidence[]; next: string | null }> {
  const cursor = request.cursor === undefined ? null : readCursor(request.cursor);
  const [from, to] = [await placeOf(identity, request.from), await placeOf(identity, request.to)];
  const rows = await clickhouse.query<EvidenceRow>(
    `SELECT seq, toUnixTimestamp64Milli(time) AS at, weight FROM edge_event
     WHERE node IN {from:Array(UInt64)} AND direction = 'out' AND type = {type:String} AND other IN {to:Array(UInt64)}
       ${cursor ? 'AND (toUnixTimestamp64Milli(time), seq) < ({ms:Int64}, {after:UInt64})' : ''}
     ORDER BY time DESC, seq DESC LIMIT {rows:UInt32}`,
    {
      ...{ from: idArray(from.rows), to: idArray(to.rows), type: request.type, rows: request.limit + 1 },
      ...(cursor ?? {}),
    },
    POINT_READ,
  );
  const page = rows.slice(0, request.limit);
  const records =
    page.length === 0
      ? new Map<number, LogRecord>()
      : await logRecords(
          clickhouse,
          page.map(({ seq }) => seq),
        );
  const last = page.at(-1);
  return {
    items: page.flatMap(({ seq, at, weight }): EdgeEvidence[] => {
      const record = records.get(seq);
      if (!record) return [];
      const { name, sourceId, channel } = readEvent(record);
      const { wire } = wireEventOf(record);
      return [{ seq, time: new Date(at).toISOString(), name, sourceId, channel, weight, event: wire }];
    }),
    next: last && rows.length > request.limit ? `${last.at}_${last.seq}` : null,
  };
}
