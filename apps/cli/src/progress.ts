import type { Messages } from './language.ts';

const WIDTH = 24;
const PLAIN_EVERY_MS = 5000;

const duration = (seconds: number) => (seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${Math.ceil(seconds)} s`);
const figure = (value: number) => Math.round(value).toLocaleString('en-US');

export interface Progress {
  readonly done: number;
  readonly total: number | null;
  readonly rate: number;
  readonly etaSeconds: number | null;
}

/** A bar on a terminal, a line every five seconds elsewhere; on standard error, so that results can be piped. */
export class ProgressBar {
  #plainAt = 0;
  constructor(
    private readonly label: string,
    private readonly text: Messages,
  ) {}

  show({ done, total, rate, etaSeconds }: Progress): void {
    const share = total === null || total === 0 ? null : Math.min(1, done / total);
    const parts = [
      this.label,
      share === null ? '' : `[${'█'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '░')}] ${Math.floor(share * 100)}%`,
      total === null ? figure(done) : `${figure(done)} / ${figure(total)}`,
      rate > 0 ? this.text.progress.perSecond(figure(rate)) : '',
      etaSeconds !== null && etaSeconds > 0 ? this.text.progress.eta(duration(etaSeconds)) : '',
    ].filter(Boolean);
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${parts.join('  ')}`);
    else if (Date.now() - this.#plainAt > PLAIN_EVERY_MS) {
      this.#plainAt = Date.now();
      process.stderr.write(`${parts.join('  ')}\n`);
    }
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
  }
}
