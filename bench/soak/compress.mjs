// Preloaded into a server that is to live through days in minutes. From the first SIGUSR2 on its clock runs FACTOR times
// as fast, and so does what it does every so often, as far as a timer of Node can (once a millisecond). Timers of half a
// minute to ten minutes are mostly there to give up on something that takes too long: engines do not run faster, so
// these keep at least a second.
const FACTOR = Number(process.env.GUANXI_SOAK_FACTOR);
const PERIODIC_MS = 1000;
const PATIENCE_MS = { from: 30_000, to: 600_000, least: 1000 };

const RealDate = Date;
const realNow = Date.now.bind(Date);
const { setTimeout: realTimeout } = globalThis;
let factor = 1;
let began = realNow();
const now = () => Math.round(began + (realNow() - began) * factor);

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(now());
    else super(...parts);
  }
  static now() {
    return now();
  }
};

function delayOf(delay) {
  if (!(delay >= PERIODIC_MS)) return delay;
  const fast = delay / factor;
  return delay >= PATIENCE_MS.from && delay <= PATIENCE_MS.to ? Math.max(PATIENCE_MS.least, fast) : Math.max(1, fast);
}
globalThis.setTimeout = Object.assign(
  (work, delay, ...rest) => realTimeout(work, delayOf(delay), ...rest),
  realTimeout,
);
// As a chain, so that one that was set before the clock ran fast follows it.
globalThis.setInterval = (work, delay, ...rest) => {
  const first = realTimeout(() => undefined, 0);
  let timer = first;
  let over = false;
  const next = () => {
    if (over) return;
    timer = realTimeout(
      () => {
        work(...rest);
        next();
      },
      delay >= PERIODIC_MS ? Math.max(1, delay / factor) : delay,
    );
    if (!handle.held) timer.unref();
  };
  const handle = {
    held: true,
    ref: () => ((handle.held = true), timer.ref(), handle),
    unref: () => ((handle.held = false), timer.unref(), handle),
    hasRef: () => handle.held,
    end: () => ((over = true), globalThis.clearTimeout(timer)),
    [Symbol.toPrimitive]: () => first[Symbol.toPrimitive](),
  };
  next();
  return handle;
};
const realClear = globalThis.clearInterval;
globalThis.clearInterval = (handle) => (handle?.end ? handle.end() : realClear(handle));

process.once('SIGUSR2', () => {
  began = realNow();
  factor = FACTOR;
});
