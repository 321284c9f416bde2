import type { EndpointName, Endpoints, ReplyOf, RequestOf } from '@guanxi/contracts';
import type { Caller } from '@guanxi/engine/access';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Guanxi } from '../compose.ts';

/** The streaming endpoints write their answer themselves; all others return it. */
export type StreamName = { [N in EndpointName]: Endpoints[N] extends { streams: string } ? N : never }[EndpointName];
export type PlainName = Exclude<EndpointName, StreamName>;

export type { Caller } from '@guanxi/engine/access';

/** The request and answer themselves, for cookies and streams. */
export interface Raw {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export type Handler<N extends EndpointName> = (
  request: RequestOf<Endpoints[N]>,
  guanxi: Guanxi,
  caller: Caller,
  raw: Raw,
) => Promise<ReplyOf<Endpoints[N]>>;
export type StreamHandler<N extends EndpointName> = (
  request: RequestOf<Endpoints[N]>,
  guanxi: Guanxi,
  caller: Caller,
  raw: Raw,
) => Promise<unknown>;

export type Handlers<N extends PlainName = PlainName> = { readonly [K in N]: Handler<K> };
export type StreamHandlers = { readonly [K in StreamName]: StreamHandler<K> };
