import type { z } from 'zod';
import type { Allow } from './access.ts';

/** One operation of the API: the one place its path, input and output are written down. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path with `:name` for parameters. */
  readonly path: string;
  /** What it asks of its caller. */
  readonly allow: Allow;
  /** A question although its method is another: it has a body because it is long, and changes nothing. */
  readonly reads?: true;
  readonly tag: string;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Absent where the answer is a stream (`streams`). */
  readonly response?: z.ZodType;
  /**
   * `events`: server-sent events, each of `response`; `file`: a download; `upload`: the body is the file itself;
   * `redirect`: the answer sends a browser elsewhere.
   */
  readonly streams?: 'events' | 'file' | 'upload' | 'redirect';
}

type OutputOf<T> = T extends z.ZodType ? z.output<T> : undefined;
type InputOf<T> = T extends z.ZodType ? z.input<T> : undefined;

/** What a handler of the endpoint is given, after validation. */
export interface RequestOf<E extends Endpoint> {
  readonly params: E['params'] extends z.ZodType ? OutputOf<E['params']> : Record<string, never>;
  readonly query: E['query'] extends z.ZodType ? OutputOf<E['query']> : Record<string, never>;
  readonly body: E['body'] extends z.ZodType ? OutputOf<E['body']> : undefined;
}
/** What it answers. */
export type ReplyOf<E extends Endpoint> = E['response'] extends z.ZodType ? z.input<E['response']> : undefined;
/** What a caller receives. */
export type ResultOf<E extends Endpoint> = E['response'] extends z.ZodType ? z.output<E['response']> : undefined;
/** What a caller sends. */
export interface CallOf<E extends Endpoint> {
  readonly params?: InputOf<E['params']>;
  readonly query?: InputOf<E['query']>;
  readonly body?: InputOf<E['body']>;
}
