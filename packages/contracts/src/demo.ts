import { z } from 'zod';
import { job } from './jobs.ts';

const isDate = (text: string): boolean => {
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
};

/** What decides a demo brand: the same options give the same data, byte for byte. */
export const demoOptions = z.object({
  people: z.number().int().min(1).max(1_000_000).default(20_000),
  seed: z.number().int().min(0).max(2_147_483_647).default(1),
  until: z
    .string()
    .regex(/^20(0[2-9]|[1-9]\d)-\d\d-\d\d$/)
    .refine(isDate, 'not a date of the calendar')
    .describe('The first date that is not told any more, in China; today when absent')
    .optional(),
});
export type DemoOptions = z.infer<typeof demoOptions>;

/** The options in the title of a job that loads a demo brand (`load:people:seed:until`); null of any other title. */
export function demoTitle(title: string): Required<DemoOptions> | null {
  const [work, people, seed, until] = title.split(':');
  const read = demoOptions.safeParse({ people: Number(people), seed: Number(seed), until });
  return work === 'load' && read.success && read.data.until ? { ...read.data, until: read.data.until } : null;
}

export const demoStatus = z.object({
  state: z
    .enum(['none', 'loading', 'loaded', 'stopped', 'clearing'])
    .describe('stopped: cancelled or failed, to be gone on with'),
  /** Whether made-up data may be loaded: nothing of anybody's own has come. */
  loadable: z.boolean(),
  /** Whether they can be cleared away: nothing of anybody's own has come beside them. */
  clearable: z.boolean(),
  options: demoOptions.nullable(),
  /** The work under way, or the last one. */
  job: job.nullable(),
});
export type DemoStatus = z.infer<typeof demoStatus>;
