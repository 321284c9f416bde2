interface Item {
  readonly at: number;
  readonly order: number;
  readonly run: (at: number) => void;
}

/** Things to come, the next one first; of the same moment, the one that was planned first. */
export class Agenda {
  readonly #items: Item[] = [];
  #order = 0;

  add(at: number, run: (at: number) => void): void {
    const items = this.#items;
    const item = { at: Math.floor(at), order: this.#order++, run };
    let place = items.push(item) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!before(item, items[parent]!)) break;
      items[place] = items[parent]!;
      place = parent;
    }
    items[place] = item;
  }

  /** Lets everything before `end` happen, in order. */
  run(end: number): void {
    for (let item = this.#next(); item && item.at < end; item = this.#next()) item.run(item.at);
  }

  #next(): Item | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (!last || items.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(items[child + 1]!, items[child]!)) child++;
      if (!before(items[child]!, last)) break;
      items[place] = items[child]!;
      place = child;
    }
    items[place] = last;
    return first;
  }
}

const before = (a: Item, b: Item): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
