import type { z } from 'zod';

export interface Issue {
  readonly path: string;
  readonly message: string;
}

export const issuesOfError = (error: z.ZodError): Issue[] =>
  error.issues.slice(0, 12).map((issue) => ({ path: issue.path.join('.'), message: issue.message }));

/** Reads JSON under a schema; what is wrong is said with its place. */
export function parseWith<T>(schema: z.ZodType<T>, text: string): { value: T | null; issues: Issue[] } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { value: null, issues: [{ path: '', message: error instanceof Error ? error.message : String(error) }] };
  }
  const parsed = schema.safeParse(json);
  return parsed.success ? { value: parsed.data, issues: [] } : { value: null, issues: issuesOfError(parsed.error) };
}
