import { UserError } from '../platform/index.ts';

interface Waiting<T> {
  readonly items: readonly T[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const GROUP = { items: 2000, characters: 8 << 20 };

/**
 * Writes in groups: while one write is under way, everything that comes waits together for the next. `add` resolves once
 * its items are written; throws `busy` when more than `maxItems` or `maxCharacters` wait already.
 */
export class GroupCommit<T> {
  readonly #queue: Waiting<T>[] = [];
  #running = false;
  #items = 0;
  #characters = 0;

  constructor(
    private readonly write: (items: readonly T[]) => Promise<void>,
    private readonly sizeOf: (item: T) => number,
    private readonly limits: { readonly items: number; readonly characters: number },
  ) {}

  add(items: readonly T[]): Promise<void> {
    if (items.length === 0) return Promise.resolve();
    if (
      this.#items > 0 &&
      (this.#items + items.length > this.limits.items || this.#characters > this.limits.characters)
    )
      return Promise.reject(
        new UserError('busy', 'busy', 'Too many events wait to be written', { remedy: 'Send again after a second.' }),
      );
    this.#items += items.length;
    this.#characters += this.#size(items);
    return new Promise((resolve, reject) => {
      this.#queue.push({ items, resolve, reject });
      if (!this.#running) void this.#drain();
    });
  }

  #size(items: readonly T[]): number {
    return items.reduce((sum, item) => sum + this.sizeOf(item), 0);
  }

  #take(): Waiting<T>[] {
    const group: Waiting<T>[] = [];
    let items = 0;
    let characters = 0;
    while (this.#queue.length > 0 && (group.length === 0 || (items < GROUP.items && characters < GROUP.characters))) {
      const waiting = this.#queue.shift()!;
      group.push(waiting);
      items += waiting.items.length;
      characters += this.#size(waiting.items);
    }
    return group;
  }

  async #drain(): Promise<void> {
    this.#running = true;
    while (this.#queue.length > 0) {
      const group = this.#take();
      const items = group.flatMap((waiting) => waiting.items);
      try {
        await this.write(items);
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
      this.#items -= items.length;
      this.#characters -= this.#size(items);
    }
    this.#running = false;
  }
}
