import { setTimeout as pause } from 'node:timers/promises';

/** Where events go at the moment; the address changes when a server is started anew. */
export interface Target {
  readonly url: string;
  readonly writeKey: string;
}

const RETRY_MS = 100;
const TIMEOUT_MS = 10_000;

/** The event that customer `user` sends as their `n`th, each about a product that no other event is about. */
export function jobOf(run: string, user: number, n: number): Record<string, unknown> {
  return {
    type: 'track',
    event: 'Product Viewed',
    messageId: `${run}-${user}-${n}`,
    userId: `${run}-u${user}`,
    // Another device every few events, so that One-ID has something to join all the time.
    anonymousId: `${run}-a${user}-${n % 7}`,
    properties: { product_id: productOf(run, user, n), run, user, n },
  };
}

export const productOf = (run: string, user: number, n: number) => `${run}-p${user}-${n}`;

/**
 * Customers who each send one event after the other and go on only when the last was acknowledged, sending it again
 * until then: what a careful client does, and what makes order and loss visible (after RudderStack's
 * TestEventOrderGuarantee).
 */
export class Senders {
  /** Of each customer how many events were acknowledged: 0 to n-1 are. */
  readonly acknowledged: number[];
  /** Answers by status; `none` where there was none. */
  readonly statuses: Record<string, number> = {};
  /** The slowest answer of any kind, in milliseconds. */
  slowestMs = 0;
  #stopping = false;
  #running: Promise<unknown> = Promise.resolve();
  #listeners = new Set<() => void>();

  constructor(
    readonly run: string,
    readonly users: number,
    private readonly target: () => Target,
    private readonly most = Number.POSITIVE_INFINITY,
  ) {
    this.acknowledged = Array.from({ length: users }, () => 0);
  }

  get total(): number {
    return this.acknowledged.reduce((sum, count) => sum + count, 0);
  }

  start(): void {
    this.#running = Promise.all(this.acknowledged.map((_, user) => this.#send(user)));
  }

  /** Resolves when the next event is acknowledged. */
  nextAcknowledgement(): Promise<void> {
    return new Promise((resolve) => {
      const listener = () => {
        this.#listeners.delete(listener);
        resolve();
      };
      this.#listeners.add(listener);
    });
  }

  /** Resolves when each has sent its most. */
  finished(): Promise<unknown> {
    return this.#running;
  }

  /** Lets each finish the event under way, which is sent until it is acknowledged. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
  }

  async #send(user: number): Promise<void> {
    while (!this.#stopping && this.acknowledged[user]! < this.most) {
      const body = JSON.stringify(jobOf(this.run, user, this.acknowledged[user]!));
      while (!(await this.#attempt(body))) await pause(RETRY_MS);
      this.acknowledged[user]!++;
      for (const listener of [...this.#listeners]) listener();
    }
  }

  async #attempt(body: string): Promise<boolean> {
    const { url, writeKey } = this.target();
    const began = performance.now();
    const status = await fetch(`${url}/v1/track`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`${writeKey}:`)}` },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      () => null,
    );
    if (status !== null) this.slowestMs = Math.max(this.slowestMs, performance.now() - began);
    const name = status === null ? 'none' : String(status);
    this.statuses[name] = (this.statuses[name] ?? 0) + 1;
    return status === 200;
  }
}
