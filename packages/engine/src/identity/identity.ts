import type {
  Identifier,
  IdentityEffect,
  IdentityRules,
  NodeId,
  PersonIdentity,
  RulesDryRun,
  UnmergeRequest,
} from '@guanxi/contracts';
import type { CanonicalEvent } from '../ingest/index.ts';
import {
  idArray,
  type Platform,
  reloadOn,
  type Statements,
  type Table,
  type TextCipher,
  UserError,
} from '../platform/index.ts';
import {
  type DecisionItem,
  identityDecision,
  type IdentityDecision,
  type IdentityItem,
  type Observation,
} from './decision.ts';
import { dryRunRules } from './dry-run.ts';
import { compileReader } from './extract.ts';
import { PersonMap } from './mapping.ts';
import { observer } from './observe.ts';
import { previewDecision } from './preview.ts';
import { currentPerson, membersByPerson, readPerson, searchPersons } from './read.ts';
import { componentOf, remakeComponent } from './remake.ts';
import { resolveBatch } from './resolve.ts';
import { checkRules, compileRules } from './rules.ts';
import { loadRules, saveRules } from './rules-store.ts';
import { identifierName, identityMigrations, personAlias } from './schema.ts';
import { IdentityState } from './state.ts';
import { clear, identifierOf, type IdentifierRow, loadFor, run, write } from './store.ts';

/** Log positions of a batch, both included. */
export interface BatchBounds {
  readonly from: number;
  readonly to: number;
}

/** One-ID: who is who, from what events carried together and what people decided. */
export interface Identity {
  rules(): IdentityRules;
  /** Rules for what is observed from now on; replay the log after it. Throws `bad_identity_rules`. */
  setRules(rules: IdentityRules): Promise<void>;
  /** Whether this process applies what is observed: it alone may remember who is who between two questions. Reads the rules again. */
  lead(leads: boolean): Promise<void>;
  /** What an event says about identity; null where it names nobody. Pure. */
  observe(event: CanonicalEvent): Observation | null;
  /** Whether identifiers of a kind name a person rather than a device. */
  isKnown(kind: string): boolean;
  /** The identifiers that a text somebody wrote could mean, one at most of each kind. */
  read(text: string): Identifier[];
  /** Plays log records, in order of seq, inside the caller's transaction. */
  apply(items: readonly IdentityItem[], batch: BatchBounds, statements: Statements): Promise<void>;
  /** After the commit: copies what the batch changed to ClickHouse. May be repeated. */
  mirror(batch: BatchBounds): Promise<void>;
  /** Today's person of each anchor; unknown ones are absent. */
  personsOf(anchors: readonly NodeId[]): Promise<Map<NodeId, NodeId>>;
  /** The anchors of each person; persons that do not exist (any more) are absent. */
  anchorsOf(persons: readonly NodeId[]): Promise<Map<NodeId, NodeId[]>>;
  /** Their identifiers, by priority; persons that do not exist are absent. */
  identifiersOf(persons: readonly NodeId[]): Promise<Map<NodeId, Identifier[]>>;
  /** The person an id means today, also where it was merged into another; null where it never meant anybody. */
  currentPerson(id: NodeId): Promise<NodeId | null>;
  /**
   * Persons by identifier, exact ones first, then by prefix; spelling and case do not matter.
   * @param guarded kinds that are found whole only
   */
  search(text: string, limit: number, guarded?: readonly string[]): Promise<NodeId[]>;
  /** Throws `no_such_person`. */
  person(id: NodeId): Promise<PersonIdentity>;
  /** What a decision would do, without doing it. Throw what {@link decideUnmerge} and {@link decideLink} throw. */
  previewUnmerge(person: NodeId, request: UnmergeRequest): Promise<IdentityEffect>;
  previewLink(a: NodeId, b: NodeId): Promise<IdentityEffect>;
  /** The payload for the log. Throws `no_such_person`, `not_of_person`, `nothing_left`, `no_such_identifier`. */
  decideUnmerge(person: NodeId, request: UnmergeRequest, by: string): Promise<IdentityDecision>;
  /** The payload for the log. Throws `no_such_identifier`, `same_identifier`, `identity_limit`. */
  decideLink(request: { a: NodeId; b: NodeId; reason: string }, by: string): Promise<IdentityDecision>;
  /** What other rules would make of today's persons; the events (and decisions) in log order, in batches of any size. */
  dryRun(
    rules: IdentityRules,
    batches: AsyncIterable<readonly (CanonicalEvent | DecisionItem)[]>,
  ): Promise<RulesDryRun>;
  /** These and all that links of any state join with them; null where there are more than `most`. */
  componentOf(ids: readonly NodeId[], most: number): Promise<NodeId[] | null>;
  /**
   * Makes a component anew from the records that stay, as if the others had never been; while nothing is applied. To be
   * repeated with the same component where it was interrupted. `fence` throws where somebody else applies by now.
   */
  remake(
    component: readonly NodeId[],
    gone: readonly number[],
    items: readonly IdentityItem[],
    fence: (statements: Statements) => Promise<void>,
  ): Promise<void>;
  counts(): Promise<{ persons: number; known: number; identifiers: number }>;
  /** Forgets everything derived, in the caller's transaction; the ClickHouse `tables` must be emptied beside it. */
  reset(statements: Statements): Promise<void>;
  readonly tables: readonly Table[];
}

/** Told when rules were saved. */
const RULES = 'identity-rules';

class OneId implements Identity {
  readonly tables = [personAlias, identifierName];
  /** Seals values and what people wrote; PostgreSQL never sees either. */
  readonly #cipher: TextCipher;
  readonly #persons: PersonMap;
  #rules: IdentityRules;
  #observe: Identity['observe'];
  #read: Identity['read'];

  constructor(
    private readonly platform: Platform,
    rules: IdentityRules,
  ) {
    this.#rules = rules;
    this.#observe = observer(rules);
    this.#cipher = platform.vault.cipher('identity');
    this.#read = compileReader(rules);
    this.#persons = new PersonMap(platform.postgres);
  }

  rules = () => this.#rules;
  observe = (event: CanonicalEvent) => this.#observe(event);
  isKnown = (name: string) => this.#rules.kinds.some(({ kind, nature }) => kind === name && nature === 'known');
  read = (text: string) => this.#read(text);

  async setRules(rules: IdentityRules): Promise<void> {
    checkRules(rules);
    await saveRules(this.platform, rules);
    this.#use(rules);
    await this.platform.signals.publish(RULES);
  }

  async lead(leads: boolean): Promise<void> {
    this.#persons.remembering(leads);
    if (leads) await this.reload();
  }

  /** Another process may have saved rules. */
  async reload(): Promise<void> {
    this.#use(await loadRules(this.platform));
  }

  #use(rules: IdentityRules): void {
    this.#rules = rules;
    this.#observe = observer(rules);
    this.#read = compileReader(rules);
  }

  async apply(items: readonly IdentityItem[], _batch: BatchBounds, statements: Statements): Promise<void> {
    if (items.length === 0) return;
    const state = new IdentityState(compileRules(this.#rules), this.#cipher.seal);
    await loadFor(state, items, statements);
    await run(state, resolveBatch(state, items), statements);
    const changes = state.takeChanges();
    this.#persons.moving(changes.identifiers.map(({ id }) => id));
    await write(changes, statements, this.#cipher);
  }

  async mirror({ from, to }: BatchBounds): Promise<void> {
    this.#persons.settled();
    await this.#copy('aliased AND version BETWEEN $1 AND $2', 'seq BETWEEN $1 AND $2', [from, to]);
  }

  /** Copies identifiers to ClickHouse: persons of those for which `moved` holds, names of those for which `fresh` does. */
  async #copy(moved: string, fresh: string, params: readonly unknown[]): Promise<void> {
    const { postgres, clickhouse } = this.platform;
    const rows = await postgres.query(`SELECT id AS anchor, person, version FROM identifier WHERE ${moved}`, params);
    await clickhouse.insert('person_alias', rows, { lane: 'river' });
    const named = await postgres.query<IdentifierRow>(`SELECT id, kind, value FROM identifier WHERE ${fresh}`, params);
    const names = named.map((row) => identifierOf(row, this.#cipher));
    await clickhouse.insert(
      'identifier_name',
      names.map(({ id, kind, value }) => ({ text: value.toLowerCase(), kind, id })),
      { lane: 'river' },
    );
  }

  personsOf = (anchors: readonly NodeId[]) => this.#persons.personsOf(anchors);
  currentPerson = (id: NodeId) => currentPerson(this.platform.postgres, id);

  async anchorsOf(persons: readonly NodeId[]): Promise<Map<NodeId, NodeId[]>> {
    const found = await membersByPerson(this.platform.postgres, persons, this.#rules);
    return new Map([...found].map(([person, rows]) => [person, rows.map(({ id }) => id)]));
  }

  async identifiersOf(persons: readonly NodeId[]): Promise<Map<NodeId, Identifier[]>> {
    const found = await membersByPerson(this.platform.postgres, persons, this.#rules);
    return new Map([...found].map(([person, rows]) => [person, rows.map((row) => identifierOf(row, this.#cipher))]));
  }

  search = (text: string, limit: number, guarded: readonly string[] = []) =>
    searchPersons(
      { statements: this.platform.postgres, clickhouse: this.platform.clickhouse, rules: this.#rules },
      text,
      limit,
      guarded,
    );
  person = (id: NodeId) => this.#snapshot((statements) => readPerson(statements, id, this.#rules, this.#cipher));

  async previewUnmerge(person: NodeId, request: UnmergeRequest): Promise<IdentityEffect> {
    return this.#preview(await this.decideUnmerge(person, request, ''));
  }

  previewLink(a: NodeId, b: NodeId): Promise<IdentityEffect> {
    return this.#preview({ kind: 'link', a, b, reason: '', by: '' });
  }

  async decideUnmerge(person: NodeId, request: UnmergeRequest, by: string): Promise<IdentityDecision> {
    const current = await this.currentPerson(person);
    const members = current && (await this.anchorsOf([current])).get(current);
    if (!members)
      throw new UserError('not_found', 'no_such_person', 'There is no person with this id', { where: 'id' });
    const taken = new Set(request.identifiers);
    if (![...taken].every((id) => members.includes(id)))
      throw new UserError('conflict', 'not_of_person', 'An identifier does not belong to this person (any more)', {
        where: 'identifiers',
        remedy: 'Load the person again and choose from its identifiers.',
      });
    if (taken.size === members.length)
      throw new UserError('invalid', 'nothing_left', 'At least one identifier must stay with the person', {
        where: 'identifiers',
      });
    const { reason } = request;
    return identityDecision.parse({ kind: 'unmerge', person: current, identifiers: [...taken], reason, by });
  }

  async decideLink(request: { a: NodeId; b: NodeId; reason: string }, by: string): Promise<IdentityDecision> {
    const decision = identityDecision.parse({ kind: 'link', ...request, by });
    await this.#preview(decision);
    return decision;
  }

  /** The next place in the log is the one it will most likely get. */
  async #preview(decision: IdentityDecision): Promise<IdentityEffect> {
    if (decision.kind === 'link' && decision.a === decision.b)
      throw new UserError('invalid', 'same_identifier', 'An identifier cannot be linked with itself', { where: 'b' });
    const item = { decision, seq: this.platform.log.head() + 1, at: this.platform.clock.now() };
    return this.#snapshot((statements) => previewDecision(item, this.#rules, statements, this.#cipher));
  }

  dryRun: Identity['dryRun'] = (rules, batches) =>
    dryRunRules({ postgres: this.platform.postgres, cipher: this.#cipher }, rules, batches);

  componentOf = (ids: readonly NodeId[], most: number) => componentOf(this.platform.postgres, ids, most);

  remake: Identity['remake'] = async (component, gone, items, fence) => {
    const { postgres, clickhouse } = this.platform;
    this.#persons.moving(component);
    await postgres.transaction(async (statements) => {
      await fence(statements);
      await remakeComponent(component, gone, items, compileRules(this.#rules), this.#cipher, statements);
    });
    this.#persons.settled();
    const ids = { ids: idArray(component) };
    await fence(postgres);
    await clickhouse.remove('person_alias', 'anchor IN {ids:Array(UInt64)}', ids);
    await fence(postgres);
    await clickhouse.remove('identifier_name', 'id IN {ids:Array(UInt64)}', ids);
    await fence(postgres);
    const own = 'id = ANY($1::bigint[])';
    await this.#copy(`aliased AND ${own}`, own, [`{${component.join(',')}}`]);
  };

  async counts(): Promise<{ persons: number; known: number; identifiers: number }> {
    const [row] = await this.platform.postgres.query<Record<'persons' | 'known' | 'identifiers', string>>(
      'SELECT persons, known, identifiers FROM identity_tally',
    );
    return {
      persons: Number(row!.persons),
      known: Number(row!.known),
      identifiers: Number(row!.identifiers),
    };
  }

  async reset(statements: Statements): Promise<void> {
    await clear(statements);
    this.#persons.clear();
  }

  /** Several statements that see one state of the data. */
  #snapshot<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    return this.platform.postgres.transaction(async (statements) => {
      await statements.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      return work(statements);
    });
  }
}

/** One-ID on a platform: makes its tables and loads its rules. */
export async function createIdentity(platform: Platform): Promise<Identity> {
  await platform.postgres.migrate(identityMigrations);
  await platform.clickhouse.create([personAlias, identifierName]);
  const identity = new OneId(platform, await loadRules(platform));
  reloadOn(platform, RULES, () => identity.reload());
  return identity;
}
