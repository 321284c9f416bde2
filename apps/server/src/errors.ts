import type { Problem } from '@guanxi/contracts';
import { type ErrorKind, UserError } from '@guanxi/engine/platform';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ZodError } from 'zod';

const STATUS: Record<ErrorKind, number> = {
  invalid: 400,
  unauthorised: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  busy: 429,
  unavailable: 503,
};

/** An engine that is away takes longer to come back than a queue to empty. */
const RETRY_AFTER_SECONDS: Readonly<Record<number, number>> = { 429: 1, 503: 5 };

interface Refusal {
  readonly status: number;
  readonly problem: Problem;
}

function fromZod(error: ZodError): Refusal {
  const [issue] = error.issues;
  const where = issue?.path.join('.') ?? '';
  return {
    status: 400,
    problem: { code: 'invalid', message: issue?.message ?? 'Invalid request', ...(where ? { where } : {}) },
  };
}

function refusalOf(error: unknown): Refusal | null {
  if (error instanceof UserError) {
    const { kind, code, message, where, remedy, retryAfter } = error;
    return {
      status: STATUS[kind],
      problem: {
        code,
        message,
        ...(where ? { where } : {}),
        ...(remedy ? { remedy } : {}),
        ...(retryAfter ? { retryAfter } : {}),
      },
    };
  }
  if (error instanceof ZodError) return fromZod(error);
  const { statusCode, code, message } = error as Partial<FastifyError>;
  if (statusCode && statusCode >= 400 && statusCode < 500)
    return {
      status: statusCode,
      problem: { code: (code ?? 'invalid').toLowerCase(), message: message ?? 'Invalid request' },
    };
  return null;
}

/** The one place where trouble becomes an answer: a user's trouble with its remedy, a bug as a bare 500 with an id to quote. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = refusalOf(error);
  if (!refusal) {
    request.log.error(
      {
        requestId: request.id,
        reason: error instanceof Error ? (error.stack ?? error.message).slice(0, 2000) : 'unknown',
      },
      'bug',
    );
    return reply.code(500).send({
      code: 'internal',
      message: 'Something went wrong here',
      remedy: 'Try again; if it stays, report the request id.',
      requestId: request.id,
    });
  }
  const wait = refusal.problem.retryAfter ?? RETRY_AFTER_SECONDS[refusal.status];
  if (wait !== undefined) reply.header('retry-after', String(wait));
  return reply.code(refusal.status).send({ ...refusal.problem, requestId: request.id });
}
