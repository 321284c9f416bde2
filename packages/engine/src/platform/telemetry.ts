import { pino, type Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Config } from './config.ts';

export type { Logger } from 'pino';
export { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Structured logs, one JSON object a line on standard error; customer data and keys are never written. */
export function createLogger(level: Config['logLevel']): Logger {
  return pino(
    {
      level,
      base: null,
      redact: ['writeKey', 'authorization', 'cookie', 'password', 'token', 'key', 'payload', 'email', 'phone'].flatMap(
        (name) => [name, `*.${name}`, `*.*.${name}`],
      ),
    },
    pino.destination(2),
  );
}

export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
