const WINDOW_MS = 10_000;

/** How many a second, over the last ten seconds. */
export class RateMeter {
  #points: { at: number; count: number }[] = [];

  add(at: number, count: number): void {
    this.#points.push({ at, count });
    this.#trim(at);
  }

  perSecond(now: number): number {
    this.#trim(now);
    return this.#points.reduce((sum, point) => sum + point.count, 0) / (WINDOW_MS / 1000);
  }

  #trim(now: number): void {
    this.#points = this.#points.filter((point) => point.at > now - WINDOW_MS);
  }
}
