import type { Identifier, LinkState, NodeId } from '@guanxi/contracts';
import type { CompiledRules } from './rules.ts';

/** An identifier in the working memory of a batch. */
export interface IdentifierNode {
  readonly id: NodeId;
  readonly kind: string;
  /** As it is stored. The rules never look at it. */
  readonly value: string;
  /** Where it was first seen: log position and place among that event's identifiers. Unique, so it decides all ties. */
  readonly seq: number;
  readonly pos: number;
  /** Milliseconds. */
  firstSeen: number;
  lastSeen: number;
  /** How many events carried it. */
  events: number;
  /** How many events it anchored; those of a person add up to the person's events. */
  anchored: number;
  shared: boolean;
  /** Of a device: whether a limit ever kept it from a person it was seen with. Only then can several people own it. */
  contested: boolean;
  /** The person id that is bound to this identifier: whichever part holds it has a claim to that id. */
  founds: NodeId | null;
  /** Log position at which that person was founded; null where none is bound. */
  founded: number | null;
  /** Whether its person was ever called by another id than its own. */
  aliased: boolean;
  /** Log position at which its person last changed. */
  version: number;
  person: PersonNode;
  /** By the other end's id; complete only where `linksLoaded`. */
  readonly links: Map<NodeId, LinkNode>;
  linksLoaded: boolean;
}

/** A person: the identifiers that active links hold together. Members are complete only where `loaded`. */
export interface PersonNode {
  id: NodeId;
  loaded: boolean;
  readonly members: Set<IdentifierNode>;
  readonly perKind: Map<string, number>;
}

export interface LinkNode {
  readonly a: IdentifierNode;
  readonly b: IdentifierNode;
  state: LinkState;
  rule: LinkRule;
  /** How many events carried both ends. */
  count: number;
  readonly firstSeq: number;
  firstSeen: number;
  lastSeen: number;
}
export type LinkRule = 'same_event' | 'alias' | 'manual';

/** One entry of the history, at place `n` among those of its log position. */
export interface Change {
  readonly seq: number;
  readonly n: number;
  /** Milliseconds. */
  readonly at: number;
  readonly kind: 'merged' | 'split' | 'refused' | 'shared' | 'linked' | 'severed';
  readonly rule: string;
  readonly person: NodeId;
  readonly other: NodeId | null;
  readonly detail: string;
  readonly by: string | null;
}

export interface Tallies {
  persons: number;
  known: number;
  identifiers: number;
}

/** What a batch changed, to be written in one transaction. */
export interface Changes {
  readonly identifiers: readonly IdentifierNode[];
  readonly links: readonly LinkNode[];
  readonly history: readonly Change[];
  /** Differences, not totals. */
  readonly tallies: Tallies;
}

export const older = (a: IdentifierNode, b: IdentifierNode) => a.seq - b.seq || a.pos - b.pos;

/** Orders identifiers by the age of the persons they founded; those that founded none come last. */
export const foundedFirst = (a: IdentifierNode, b: IdentifierNode) =>
  (a.founded ?? Infinity) - (b.founded ?? Infinity) || older(a, b);

/** Orders the two ends of a link, so that a pair has one link whichever end anchored the event. */
export const inOrder = (a: NodeId, b: NodeId) => a.length < b.length || (a.length === b.length && a < b);

const personOf = (id: NodeId, loaded: boolean): PersonNode => ({ id, loaded, members: new Set(), perKind: new Map() });

function seat(person: PersonNode, node: IdentifierNode): void {
  node.person = person;
  person.members.add(node);
  person.perKind.set(node.kind, (person.perKind.get(node.kind) ?? 0) + 1);
}

/** The identifier a person's id is bound to; it is always one of its members. */
export function founderOf(person: PersonNode): IdentifierNode {
  for (const node of person.members) if (node.founds === person.id) return node;
  throw new Error('a person without the identifier that founded it');
}

/**
 * The working memory in which the rules play out: what a batch loaded and changed, or, in a dry run, everything. Pure:
 * it never asks for anything; what must be loaded first is asked for by the steps in `resolve.ts`.
 */
export class IdentityState {
  readonly identifiers = new Map<NodeId, IdentifierNode>();
  /** Persons as they are stored, by stored id; used while loading only, since ids change here. */
  readonly stored = new Map<NodeId, PersonNode>();
  #identifiers = new Set<IdentifierNode>();
  #links = new Set<LinkNode>();
  #history: Change[] = [];
  #tallies: Tallies = { persons: 0, known: 0, identifiers: 0 };

  /** @param seal brings the value of a new identifier into the form in which it is stored */
  constructor(
    readonly rules: CompiledRules,
    private readonly seal: (value: string) => string,
  ) {}

  /** A new identifier; `found` or `admit` must follow. */
  create({ id, kind, value }: Identifier, seq: number, pos: number, time: number): IdentifierNode {
    const node: IdentifierNode = {
      id,
      kind,
      value: this.seal(value),
      seq,
      pos,
      firstSeen: time,
      lastSeen: time,
      events: 0,
      anchored: 0,
      shared: false,
      contested: false,
      founds: null,
      founded: null,
      aliased: false,
      version: seq,
      person: personOf(id, true),
      links: new Map(),
      linksLoaded: true,
    };
    this.identifiers.set(id, node);
    this.#tallies.identifiers++;
    return this.changed(node);
  }

  changed(node: IdentifierNode): IdentifierNode {
    this.#identifiers.add(node);
    return node;
  }

  /** The person of a new identifier that stands alone, called by the identifier's own id. */
  found(node: IdentifierNode): IdentifierNode {
    node.founds = node.id;
    node.founded = node.seq;
    this.enter(node.id, [node], node.seq);
    return node;
  }

  /** Put a new identifier into a person that exists. */
  admit(person: PersonNode, node: IdentifierNode): void {
    this.#tally(person, -1);
    seat(person, node);
    this.#tally(person, 1);
    this.moved(node, node.seq);
  }

  /** Make a person of these identifiers, one of which its id is bound to. */
  enter(id: NodeId, members: readonly IdentifierNode[], seq: number): void {
    const person = personOf(id, true);
    for (const node of members) {
      const before = node.person.id;
      seat(person, node);
      if (before !== id) this.moved(node, seq);
    }
    this.#tally(person, 1);
  }

  /** Take a person apart; its members must be put elsewhere. */
  dissolve(person: PersonNode): void {
    this.#tally(person, -1);
    person.members.clear();
  }

  /** Put two persons together under the id of the one that was founded first. Returns the ids that survive and go. */
  unite(p: PersonNode, q: PersonNode, seq: number): { survivor: NodeId; absorbed: NodeId } {
    const first = foundedFirst(founderOf(p), founderOf(q)) < 0 ? p : q;
    const ids = { survivor: first.id, absorbed: (first === p ? q : p).id };
    const [large, small] = p.members.size >= q.members.size ? [p, q] : [q, p];
    this.#tally(large, -1);
    this.#tally(small, -1);
    const renamed = large === first ? [] : [...large.members];
    large.id = first.id;
    for (const node of renamed) this.moved(node, seq);
    for (const node of small.members) {
      seat(large, node);
      if (small !== first) this.moved(node, seq);
    }
    this.#tally(large, 1);
    return ids;
  }

  moved(node: IdentifierNode, seq: number): void {
    node.version = seq;
    node.aliased ||= node.person.id !== node.id;
    this.#identifiers.add(node);
  }

  link(p: IdentifierNode, q: IdentifierNode, link: Omit<LinkNode, 'a' | 'b'>): LinkNode {
    const [a, b] = inOrder(p.id, q.id) ? [p, q] : [q, p];
    const made = { a, b, ...link };
    a.links.set(b.id, made);
    b.links.set(a.id, made);
    return made;
  }

  linkChanged(link: LinkNode): LinkNode {
    this.#links.add(link);
    return link;
  }

  record(change: Omit<Change, 'n'>): void {
    const last = this.#history.at(-1);
    this.#history.push({ ...change, n: last?.seq === change.seq ? last.n + 1 : 0 });
  }

  /** What changed since the last call. */
  takeChanges(): Changes {
    const changes = {
      identifiers: [...this.#identifiers],
      links: [...this.#links],
      history: this.#history,
      tallies: this.#tallies,
    };
    this.#identifiers = new Set();
    this.#links = new Set();
    this.#history = [];
    this.#tallies = { persons: 0, known: 0, identifiers: 0 };
    return changes;
  }

  /** A person as it is stored; its members are put in by whoever loads them. */
  storedPerson(id: NodeId): PersonNode {
    let person = this.stored.get(id);
    if (!person) this.stored.set(id, (person = personOf(id, false)));
    return person;
  }

  /** Puts a stored identifier into its person, without counting it as a change. */
  load(node: Omit<IdentifierNode, 'person' | 'links' | 'linksLoaded'>, person: NodeId): IdentifierNode {
    const known = this.identifiers.get(node.id);
    if (known) return known;
    const holder = this.storedPerson(person);
    const loaded = { ...node, person: holder, links: new Map(), linksLoaded: false };
    this.identifiers.set(node.id, loaded);
    seat(holder, loaded);
    return loaded;
  }

  /** Whether anything but devices names this person; right only where it is loaded. */
  isKnown(person: PersonNode): boolean {
    for (const kind of person.perKind.keys()) if (this.rules.isKnown(kind)) return true;
    return false;
  }

  #tally(person: PersonNode, sign: 1 | -1): void {
    this.#tallies.persons += sign;
    if (this.isKnown(person)) this.#tallies.known += sign;
  }
}
