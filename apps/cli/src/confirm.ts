import { createInterface } from 'node:readline/promises';

/** Whether whoever sits at the terminal answers yes to a question; on standard error, so that results can be piped. */
export async function confirmed(question: string): Promise<boolean> {
  const line = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^(y|yes|是)$/i.test((await line.question(question)).trim());
  } finally {
    line.close();
  }
}
