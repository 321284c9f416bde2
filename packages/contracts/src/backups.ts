import { z } from 'zod';
import { instant } from './common.ts';

/** A backup below the folder of backups. */
export const backup = z.object({
  name: z.string().describe('Of its folder'),
  folder: z.string().describe('Where it lies on the machine of the server; the title of jobs that work on it'),
  state: z
    .enum(['whole', 'unfinished', 'damaged'])
    .describe('unfinished: being written, or interrupted; damaged: what says what it holds is not as it was written'),
  /** Of these only a whole one tells. */
  createdAt: instant.nullable(),
  version: z.string().nullable(),
  rows: z.number().int(),
  bytes: z.number().int(),
  verifiedAt: instant.nullable().describe('When every file was last read and found as it was written'),
});
export type Backup = z.infer<typeof backup>;

export const backups = z.object({
  home: z.string().describe('The folder of backups'),
  items: z.array(backup),
});
