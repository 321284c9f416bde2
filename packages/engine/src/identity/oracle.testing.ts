import type { Identifier, IdentityRules, LinkState } from '@guanxi/contracts';
import { nodeIdOf } from '../platform/index.ts';
import type { IdentityItem } from './index.ts';

interface Entry extends Identifier {
  seq: number;
  pos: number;
  first: number;
  last: number;
  events: number;
  anchored: number;
  shared: boolean;
  founds: string | null;
  founded: number | null;
}
interface Tie {
  a: string;
  b: string;
  state: LinkState;
  rule: string;
  count: number;
  firstSeq: number;
  first: number;
  last: number;
}

/**
 * One-ID written a second time for tests, as plainly as possible: whenever it wants to know who belongs together it
 * walks all active links from scratch. Shares no code with what it checks.
 */
export class Oracle {
  readonly entries = new Map<string, Entry>();
  readonly ties = new Map<string, Tie>();
  constructor(private readonly rules: IdentityRules) {}

  play(items: readonly IdentityItem[]): void {
    for (const item of items) {
      if ('observation' in item) this.#observe(item.observation);
      else if (item.decision.kind === 'unmerge') this.#unmerge(item.decision.identifiers, item.seq);
      else this.#link(item.decision.a, item.decision.b, item.seq, item.at);
    }
  }

  group(id: string): Entry[] {
    const reached = new Set([id]);
    for (let before = 0; before !== reached.size;) {
      before = reached.size;
      for (const { a, b, state } of this.ties.values()) {
        if (state !== 'active') continue;
        if (reached.has(a)) reached.add(b);
        if (reached.has(b)) reached.add(a);
      }
    }
    return [...reached].map((one) => this.entries.get(one)!).sort((x, y) => x.seq - y.seq || x.pos - y.pos);
  }

  person(id: string): string {
    const founders = this.group(id).filter(({ founds }) => founds !== null);
    return founders.reduce((best, one) => (one.founded! < best.founded! ? one : best)).founds!;
  }

  tally() {
    const persons = new Set([...this.entries.keys()].map((id) => this.person(id)));
    const known = [...this.entries.values()].filter(({ kind }) => this.#nature(kind) === 'known');
    return {
      persons: persons.size,
      known: new Set(known.map(({ id }) => this.person(id))).size,
      identifiers: this.entries.size,
    };
  }

  #kind = (kind: string) => this.rules.kinds.find((one) => one.kind === kind)!;
  #nature = (kind: string) => this.#kind(kind).nature;

  #observe({ seq, time, identifiers, alias }: Extract<IdentityItem, { observation: unknown }>['observation']): void {
    for (const [pos, identifier] of identifiers.entries()) {
      const anchor = identifiers[0]!.id;
      const fresh = !this.entries.has(identifier.id);
      if (fresh)
        this.entries.set(identifier.id, {
          ...{ ...identifier, seq, pos, first: time, last: time, events: 0, anchored: 0, shared: false },
          ...{ founds: pos === 0 ? identifier.id : null, founded: pos === 0 ? seq : null },
        });
      const entry = this.entries.get(identifier.id)!;
      entry.events += 1;
      entry.anchored += pos === 0 ? 1 : 0;
      entry.first = Math.min(entry.first, time);
      entry.last = Math.max(entry.last, time);
      if (pos === 0) continue;
      const tie = this.#tie(anchor, identifier.id, alias ? 'alias' : 'same_event', seq, time);
      tie.count += 1;
      tie.first = Math.min(tie.first, time);
      tie.last = Math.max(tie.last, time);
      if (tie.state !== 'limited') continue;
      const shared = this.entries.get(anchor)!.shared || entry.shared;
      tie.state = shared ? 'shared' : this.#mayJoin(anchor, identifier.id) ? 'active' : 'limited';
      if (fresh && tie.state !== 'active') Object.assign(entry, { founds: entry.id, founded: seq });
      const natures = new Set([identifiers[0]!.kind, identifier.kind].map(this.#nature));
      if (natures.size === 2) for (const id of [anchor, identifier.id]) this.#share(id, seq);
    }
  }

  #tie(x: string, y: string, rule: string, seq: number, time: number): Tie {
    const [a, b] = BigInt(x) < BigInt(y) ? [x, y] : [y, x];
    const key = `${a} ${b}`;
    if (!this.ties.has(key))
      this.ties.set(key, { a, b, state: 'limited', rule, count: 0, firstSeq: seq, first: time, last: time });
    return this.ties.get(key)!;
  }

  #mayJoin(x: string, y: string): boolean {
    const together = new Map([...this.group(x), ...this.group(y)].map((entry) => [entry.id, entry]));
    if (this.group(x).some(({ id }) => id === y)) return true;
    return this.rules.kinds.every(
      ({ kind, limit }) => [...together.values()].filter((entry) => entry.kind === kind).length <= limit,
    );
  }

  #share(device: string, seq: number): void {
    const entry = this.entries.get(device)!;
    if (entry.shared || this.#nature(entry.kind) !== 'device') return;
    const uses = [...this.ties.values()].filter(
      ({ a, b, state }) => (a === device || b === device) && state !== 'severed',
    );
    const owners = uses
      .filter(({ count }) => count > 0)
      .map(({ a, b }) => (a === device ? b : a))
      .filter((end) => this.#nature(this.entries.get(end)!.kind) === 'known');
    if (new Set(owners.map((owner) => this.person(owner))).size < this.rules.sharedDeviceOwners) return;
    const before = this.group(device);
    entry.shared = true;
    for (const use of uses) if (use.rule !== 'manual' || use.state !== 'active') use.state = 'shared';
    this.#found(before, seq);
  }

  /** Whoever of a former person is left without a founder gets one. */
  #found(before: readonly Entry[], seq: number): void {
    for (const { id } of before) {
      const part = this.group(id);
      if (part.every(({ founds }) => founds === null)) Object.assign(part[0]!, { founds: part[0]!.id, founded: seq });
    }
  }

  #unmerge(ids: readonly string[], seq: number): void {
    const taken = new Set(ids.filter((id) => this.entries.has(id)));
    const done = new Set<string>();
    for (const start of taken) {
      if (done.has(start)) continue;
      const before = this.group(start);
      const inside = new Set(before.map(({ id }) => id));
      for (const id of inside) done.add(id);
      for (const tie of this.ties.values())
        if (inside.has(tie.a) && inside.has(tie.b) && taken.has(tie.a) !== taken.has(tie.b) && tie.state !== 'shared')
          tie.state = 'severed';
      this.#keep(before, seq);
      this.#found(before, seq);
    }
  }

  #keep(before: readonly Entry[], seq: number): void {
    const founders = before.filter(({ founds }) => founds !== null);
    const parts = [...new Map(before.map(({ id }) => [this.group(id)[0]!.id, this.group(id)])).values()];
    const largest = Math.max(...parts.map((part) => part.length));
    const heirs = parts.find((part) => part.length === largest)!;
    const [founder] = founders;
    if (founders.length !== 1 || heirs.includes(founder!)) return;
    Object.assign(heirs[0]!, { founds: founder!.founds, founded: founder!.founded });
    Object.assign(founder!, { founds: nodeIdOf('person', `${founder!.id}:${seq}`), founded: seq });
  }

  #link(a: string, b: string, seq: number, at: number): void {
    if (a === b || !this.entries.has(a) || !this.entries.has(b)) return;
    const tie = this.#tie(a, b, 'manual', seq, at);
    if (this.#mayJoin(a, b)) Object.assign(tie, { state: 'active', rule: 'manual' });
  }
}
