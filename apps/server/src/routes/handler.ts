import type { ActorRef, EndpointName, Endpoints, Permission, ReplyOf, RequestOf } from '@guanxi/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Guanxi } from '../compose.ts';

/** The streaming endpoints write their answer themselves; all others return it. */
export type StreamName = { [N in EndpointName]: Endpoints[N] extends { streams: string } ? N : never }[EndpointName];
export type PlainName = Exclude<EndpointName, StreamName>;

/** Who calls, and what they may do. */
export interface Caller {
  readonly actor: ActorRef;
  readonly permissions: ReadonlySet<Permission>;
}

export type Handler<N extends EndpointName> = (
  request: RequestOf<Endpoints[N]>,
  guanxi: Guanxi,
  caller: Caller,
  raw: { request: FastifyRequest; reply: FastifyReply },
) => Promise<ReplyOf<Endpoints[N]>>;
export type StreamHandler<N extends EndpointName> = (
  request: RequestOf<Endpoints[N]>,
  guanxi: Guanxi,
  caller: Caller,
  raw: { request: FastifyRequest; reply: FastifyReply },
) => Promise<unknown>;

export type Handlers<N extends PlainName = PlainName> = { readonly [K in N]: Handler<K> };
export type StreamHandlers = { readonly [K in StreamName]: StreamHandler<K> };
