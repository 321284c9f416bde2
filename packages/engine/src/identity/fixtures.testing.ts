import type { Identifier } from '@guanxi/contracts';
import { identifierIdOf, type Platform } from '../platform/index.ts';
import type { Identity, IdentityDecision, IdentityItem } from './index.ts';

/** `user_id:ann` as an identifier. */
export function named(text: string): Identifier {
  const cut = text.indexOf(':');
  const [kind, value] = [text.slice(0, cut), text.slice(cut + 1)];
  return { id: identifierIdOf(kind, value), kind, value };
}
export const idOf = (text: string) => named(text).id;

/** For tests: plays a log, in the way the river does, and looks at everything that came of it. */
export class Play {
  #seq = 0;
  constructor(
    readonly platform: Platform,
    readonly identity: Identity,
  ) {}

  /** An event with these identifiers, `user_id:ann device_id:d`, in order of priority. */
  event(text: string, { alias = false, time = 0 } = {}): IdentityItem {
    const seq = ++this.#seq;
    const identifiers = text.split(' ').map(named);
    return { observation: { seq, time: time || 1_700_000_000_000 + seq * 1000, identifiers, alias } };
  }

  decision(decision: IdentityDecision): IdentityItem {
    const seq = ++this.#seq;
    return { decision, seq, at: 1_700_000_000_000 + seq * 1000 };
  }

  async apply(items: readonly IdentityItem[], { mirrorTwice = false } = {}): Promise<void> {
    if (items.length === 0) return;
    const seqs = items.map((item) => ('observation' in item ? item.observation.seq : item.seq));
    const batch = { from: seqs[0]!, to: seqs.at(-1)! };
    await this.platform.postgres.transaction((statements) => this.identity.apply(items, batch, statements));
    await this.identity.mirror(batch);
    if (mirrorTwice) await this.identity.mirror(batch);
  }

  /** Events one after the other, each a batch of its own. */
  async events(...texts: string[]): Promise<void> {
    for (const text of texts) await this.apply([this.event(text)]);
  }

  async unmerge(person: string, ...identifiers: string[]): Promise<void> {
    const request = { identifiers: identifiers.map(idOf), reason: 'two people' };
    await this.apply([this.decision(await this.identity.decideUnmerge(person, request, 'ann@shop'))]);
  }

  async link(a: string, b: string): Promise<void> {
    const request = { a: idOf(a), b: idOf(b), reason: 'one person' };
    await this.apply([this.decision(await this.identity.decideLink(request, 'ann@shop'))]);
  }

  async reset(): Promise<void> {
    this.#seq = 0;
    await this.platform.postgres.transaction((statements) => this.identity.reset(statements));
    for (const { name } of this.identity.tables) await this.platform.clickhouse.truncate(name);
  }

  /** Who belongs together, each person as a sorted list, with its id. */
  async persons(): Promise<Record<string, string[]>> {
    const rows = await this.platform.postgres.query<{ person: string; kind: string; value: string }>(
      'SELECT person, kind, value FROM identifier',
    );
    const cipher = this.platform.vault.cipher('identity');
    const persons: Record<string, string[]> = {};
    for (const { person, kind, value } of rows) (persons[person] ??= []).push(`${kind}:${cipher.open(value)}`);
    for (const names of Object.values(persons)) names.sort();
    return persons;
  }

  async groups(): Promise<string[]> {
    return Object.values(await this.persons())
      .map((names) => names.join(' '))
      .sort();
  }

  /** Every derived row there is. */
  async dump(): Promise<Record<string, unknown[]>> {
    const query = (sql: string) => this.platform.postgres.query(sql);
    return {
      identifier: await query('SELECT * FROM identifier ORDER BY id'),
      link: await query('SELECT * FROM identity_link ORDER BY a, b'),
      change: await query('SELECT * FROM identity_change ORDER BY seq, n'),
      tally: await query('SELECT * FROM identity_tally'),
      alias: await this.platform.clickhouse.query(
        'SELECT toString(anchor) AS anchor, toString(person) AS person, version FROM person_alias FINAL ORDER BY person_alias.anchor',
      ),
      name: await this.platform.clickhouse.query(
        'SELECT DISTINCT text, kind, toString(identifier_name.id) AS id FROM identifier_name ORDER BY text, kind, id',
      ),
    };
  }
}
