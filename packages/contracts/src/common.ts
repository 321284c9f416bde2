import { z } from 'zod';

const LARGEST_ID = String(2n ** 63n - 1n);

/** A node of the graph: 63 bits of xxHash64 over `type NUL key`, in decimal. Persons are nodes whose type is `person`. */
export const nodeId = z
  .string()
  .regex(/^[0-9]{1,19}$/)
  .refine((id) => id.padStart(LARGEST_ID.length, '0') <= LARGEST_ID, `Larger than any id: ${LARGEST_ID}`)
  .describe('Node id: a 63-bit hash in decimal');
export type NodeId = z.infer<typeof nodeId>;

/** Any JSON value, as it comes from a client. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };
export const jsonObject = z.record(z.string(), z.unknown());

/** Text shown to people, in both languages of the product. */
export const localized = z.object({ zh: z.string().min(1), en: z.string().min(1) });
export type Localized = z.infer<typeof localized>;

/** An instant: ISO 8601 in UTC with milliseconds. */
export const instant = z.iso.datetime({ offset: true });

/** Query strings carry text; these read numbers, flags and comma-separated lists out of them. */
export const limitOf = (max: number, preset: number) => z.coerce.number().int().min(1).max(max).default(preset);
export const listOf = z
  .string()
  .transform((text) => text.split(',').filter((part) => part !== ''))
  .pipe(z.array(z.string().max(200)).max(200));

/** A page of rows; `next` is handed back as `cursor` for the following one, null at the end. */
export const pageOf = <T extends z.ZodType>(row: T) => z.object({ items: z.array(row), next: z.string().nullable() });

/** How every refusal looks: a stable code, what happened, where, and how to mend it. */
export const problem = z.object({
  code: z.string(),
  message: z.string(),
  where: z.string().optional(),
  remedy: z.string().optional(),
  requestId: z.string().optional(),
  retryAfter: z.number().int().optional().describe('Seconds to wait before trying again'),
});
export type Problem = z.infer<typeof problem>;
