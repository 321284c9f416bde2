import type { AuditQuery } from '@guanxi/engine/audit';
import type { Guanxi } from '../compose.ts';
import { csvLine } from '../csv.ts';
import type { Handlers } from './handler.ts';

const PAGE = 500;

/** The entries a filter finds as lines of CSV, newest first, a page at a time. */
export async function* auditLines(
  filter: Omit<AuditQuery, 'limit' | 'cursor'>,
  { audit }: Guanxi,
): AsyncGenerator<string> {
  yield csvLine(['seq', 'at', 'actor_kind', 'actor_id', 'actor', 'action', 'subject', 'outcome', 'detail', 'hash']);
  for (let cursor: string | undefined; ;) {
    const page = await audit.search({ ...filter, limit: PAGE, cursor });
    yield page.items
      .map(({ seq, at, actor, action, subject, outcome, detail, hash }) =>
        csvLine([seq, at, actor.kind, actor.id, actor.name, action, subject, outcome, detail, hash]),
      )
      .join('');
    if (page.next === null) return;
    cursor = page.next;
  }
}

export const auditHandlers: Handlers<'auditList' | 'auditVerify'> = {
  auditList: ({ query }, { audit }) => audit.search(query),
  auditVerify: (_, { audit }) => audit.verify(),
};
