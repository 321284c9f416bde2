/** What kind of trouble it is; one place (the server) maps it to an HTTP status. */
export type ErrorKind =
  'invalid' | 'unauthorised' | 'forbidden' | 'not_found' | 'conflict' | 'too_large' | 'busy' | 'unavailable';

/**
 * Trouble that the user can understand and mend: a stable code, where it is, and the remedy. Everything else that is
 * thrown is a bug. Messages carry no customer data.
 */
export class UserError extends Error {
  readonly where: string | undefined;
  readonly remedy: string | undefined;
  /** Seconds to wait before trying again, where waiting is the remedy. */
  readonly retryAfter: number | undefined;

  constructor(
    readonly kind: ErrorKind,
    readonly code: string,
    message: string,
    hints: { where?: string; remedy?: string; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(message, hints.cause === undefined ? undefined : { cause: hints.cause });
    this.name = 'UserError';
    this.where = hints.where;
    this.remedy = hints.remedy;
    this.retryAfter = hints.retryAfter;
  }
}

/** The first line of whatever was thrown, at most 300 characters: engines echo bound values into long messages. */
export function briefly(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0]!.slice(0, 300);
}
