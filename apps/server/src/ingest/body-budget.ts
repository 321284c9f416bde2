import { type Config, UserError } from '@guanxi/engine/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A client that sends slower than this is not waited for: what it holds is wanted by others. */
const BODY_MS = 30_000;

/** Bytes of request bodies that are held at a time, from the first byte on the socket to the answer. */
export class BodyBudget {
  #held = 0;

  constructor(private readonly limit: number) {}

  /** Throws `busy` where it would be too much; one request alone always passes. */
  take(bytes: number): void {
    if (this.#held > 0 && this.#held + bytes > this.limit)
      throw new UserError('busy', 'busy', 'Too many requests are being read', { remedy: 'Send again after a second.' });
    this.#held += bytes;
  }

  give(bytes: number): void {
    this.#held -= bytes;
  }
}

/** What one request holds. */
export interface Held {
  /** It has grown by so many bytes: it came compressed. Throws `busy`. */
  grow(bytes: number): void;
}

/**
 * Takes what a request says it will send, before anything of it is read: the most there may be where it does not say.
 * Everything is given back with the end of the answer, or of the connection.
 */
export function holdBody(
  request: FastifyRequest,
  reply: FastifyReply,
  budget: BodyBudget,
  { maxRequestBytes }: Pick<Config, 'maxRequestBytes'>,
): Held {
  const said = Number(request.headers['content-length'] ?? NaN);
  let held = 0;
  const grow = (bytes: number) => {
    budget.take(bytes);
    held += bytes;
  };
  // A longer one is refused unread.
  grow(Math.min(Number.isFinite(said) ? said : maxRequestBytes, maxRequestBytes));
  const slow = setTimeout(() => request.raw.complete || request.raw.destroy(), BODY_MS);
  reply.raw.once('close', () => {
    clearTimeout(slow);
    budget.give(held);
    held = 0;
  });
  return { grow };
}
