import type { CustomerConsent, NodeId, PrivacySettings } from '@guanxi/contracts';
import type { GraphEvent } from '../graph/index.ts';
import type { Identity } from '../identity/index.ts';
import { type ClickHouse, idArray, type Table } from '../platform/index.ts';
import { consentRows } from './consent-rows.ts';
import { consentOf, type StoredStatement } from './consent-state.ts';
import { consentTable } from './schema.ts';

/** What people agreed to. */
export interface Consent {
  readonly tables: readonly Table[];
  /** Adds what a batch of events says; idempotent under the token. */
  apply(events: readonly GraphEvent[], token: string): Promise<void>;
  /** A person as they are today. */
  of(person: NodeId): Promise<CustomerConsent>;
  /** Everything that was ever said, as it is stored. */
  statements(anchors: readonly NodeId[]): Promise<StoredStatement[]>;
  erase(anchors: readonly NodeId[]): Promise<number>;
}

/** @param trusted id of the source whose events the console writes */
export function createConsent(
  clickhouse: ClickHouse,
  identity: Identity,
  settings: () => PrivacySettings,
  trusted: () => string,
): Consent {
  const statements = (anchors: readonly NodeId[]) =>
    clickhouse.query<StoredStatement>(
      `SELECT toString(consent.anchor) AS anchor, purpose, channel, along, granted, time, seq, source_id AS source, actor, evidence
       FROM consent WHERE consent.anchor IN {anchors:Array(UInt64)} ORDER BY consent.time, seq`,
      { anchors: idArray(anchors) },
    );
  return {
    tables: [consentTable],
    statements,
    apply: (events, token) =>
      clickhouse.insert('consent', events.flatMap(consentRows), { lane: 'river', token: `${token}:consent` }),
    async of(person) {
      const identifiers = (await identity.identifiersOf([person])).get(person) ?? [];
      const rows = await statements(identifiers.map(({ id }) => id));
      return consentOf(rows, settings(), new Map(identifiers.map((item) => [item.id, item])), trusted());
    },
    async erase(anchors) {
      const params = { anchors: idArray(anchors) };
      const where = 'anchor IN {anchors:Array(UInt64)}';
      const [row] = await clickhouse.query<{ rows: number }>(
        `SELECT count() AS rows FROM consent WHERE ${where}`,
        params,
      );
      if (row!.rows > 0) await clickhouse.remove('consent', where, params);
      return row!.rows;
    },
  };
}
