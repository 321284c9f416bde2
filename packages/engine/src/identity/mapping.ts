import type { NodeId } from '@guanxi/contracts';
import type { Statements } from '../platform/index.ts';
import { personsById } from './store.ts';

/** How many anchors are remembered. */
const CAPACITY = 200_000;

/**
 * Anchor → person with a bounded memory. A batch whose transaction is not known to be committed takes its identifiers
 * out of the memory and keeps them out until it is confirmed, so a rollback leaves nothing wrong behind.
 */
export class PersonMap {
  /** In order of use, the oldest first. */
  readonly #known = new Map<NodeId, NodeId>();
  /** Grows whenever something may have moved; an answer asked for before it grew is not remembered. */
  #epoch = 0;
  #unconfirmed = new Set<NodeId>();
  #paused = false;
  #alone = true;

  constructor(private readonly statements: Statements) {}

  /** These may get another person when the transaction under way commits. */
  moving(ids: Iterable<NodeId>): void {
    this.#epoch++;
    for (const id of ids) {
      this.#known.delete(id);
      this.#unconfirmed.add(id);
    }
  }

  /** The transactions before are over, one way or the other. */
  settled(): void {
    this.#epoch++;
    this.#unconfirmed = new Set();
    this.#paused = false;
  }

  /** Everything may get another person when the transaction under way commits. */
  clear(): void {
    this.#epoch++;
    this.#known.clear();
    this.#paused = true;
  }

  /** Only where all that moves persons is said here, what was asked once may be remembered. */
  remembering(may: boolean): void {
    this.#epoch++;
    this.#known.clear();
    this.#unconfirmed = new Set();
    this.#alone = may;
  }

  /** Today's person of each anchor; unknown ones are absent. */
  async personsOf(anchors: readonly NodeId[]): Promise<Map<NodeId, NodeId>> {
    const persons = new Map<NodeId, NodeId>();
    const missing = new Set<NodeId>();
    for (const anchor of anchors) {
      const person = this.#known.get(anchor);
      if (person === undefined) missing.add(anchor);
      else {
        persons.set(anchor, person);
        this.#remember(anchor, person);
      }
    }
    if (missing.size === 0) return persons;
    const epoch = this.#epoch;
    const rows = await personsById(this.statements, missing);
    for (const { id, person } of rows) {
      persons.set(id, person);
      if (this.#alone && !this.#paused && epoch === this.#epoch && !this.#unconfirmed.has(id))
        this.#remember(id, person);
    }
    return persons;
  }

  #remember(anchor: NodeId, person: NodeId): void {
    this.#known.delete(anchor);
    this.#known.set(anchor, person);
    if (this.#known.size > CAPACITY) this.#known.delete(this.#known.keys().next().value!);
  }
}
