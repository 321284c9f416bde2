import { z } from 'zod';
import { localized } from './common.ts';

/** How a file is read; everything absent is found out from its name and its first bytes. */
export const fileFormat = z.object({
  format: z.enum(['csv', 'tsv', 'jsonl', 'parquet', 'xlsx']).optional(),
  encoding: z.enum(['utf-8', 'gb18030', 'utf-16le']).optional(),
  delimiter: z.string().length(1).optional(),
  /** The sheet of a workbook, the first by default. */
  sheet: z.string().optional(),
  /** Whether the first row names the columns (CSV, TSV, XLSX). */
  header: z.boolean().optional(),
});
export type FileFormat = z.infer<typeof fileFormat>;

/** A test on one column of a row. */
export const rowTest = z.object({
  column: z.string(),
  is: z.enum(['equals', 'starts_with', 'matches', 'less_than', 'greater_than', 'empty', 'present']),
  value: z.union([z.string().max(500), z.number()]).optional(),
});
export type RowTest = z.infer<typeof rowTest>;

/** Where a field of the event comes from: a column (with a cast) or a constant. */
export const fieldSource = z.union([
  z.object({
    column: z.string(),
    /** `json` keeps lists and objects as they are. */
    as: z.enum(['string', 'number', 'integer', 'boolean', 'instant', 'absolute', 'json']).default('string'),
    /** Time zone of instants without one (IANA name or offset); UTC when absent. */
    zone: z.string().max(60).optional(),
    /** Which comes first in dates such as 03/04/2020. Without it such dates are errors. */
    order: z.enum(['dmy', 'mdy']).optional(),
    /** Keep only what this expression captures; without a match the field is absent. */
    pattern: z.string().max(200).optional(),
  }),
  z.object({ constant: z.union([z.string(), z.number(), z.boolean()]) }),
]);
export type FieldSource = z.infer<typeof fieldSource>;

/**
 * From rows to events. The target of a field is a path in the event: `userId`, `anonymousId`, `timestamp`, `messageId`,
 * `properties.order_id`, `traits.phone`, `context.ip`… or, where rows are grouped, `item.product_id`. The target `event`
 * names the event by a column, where no case of `event` holds.
 */
export const importMapping = z.object({
  name: z.string().min(1).max(100).describe('Names the data set: the same name, row and content is the same event'),
  file: fileFormat.default({}),
  /** Rows that make no event at all, in order; each is counted. */
  skip: z.array(z.object({ when: z.array(rowTest).min(1), reason: z.string() })).default([]),
  type: z.enum(['track', 'identify', 'page', 'group']).default('track'),
  /** The first case whose tests all hold names the event; the last may be without a test. */
  event: z.array(z.object({ when: z.array(rowTest).default([]), name: z.string().min(1) })).default([]),
  fields: z.record(z.string(), fieldSource),
  /**
   * Neighbouring rows with the same values in these columns are one event, each row an element of `into`. Fields that
   * are not of an item come from the first row that has them.
   */
  group: z
    .object({
      by: z.array(z.string()).min(1),
      into: z.string().default('properties.products'),
      /** The most rows of one event; further ones begin another. */
      limit: z.number().int().min(1).max(10_000).default(5000),
      /** How many rows on the next row of the same event may come; 1: they follow one another. */
      within: z.number().int().min(1).max(100_000).default(1),
      /**
       * Fields of the event that add up its items: `{"properties.revenue": ["quantity", "price"]}` is the sum of
       * quantity × price.
       */
      sum: z.record(z.string(), z.array(z.string()).min(1).max(3)).default({}),
    })
    .optional(),
});
export type ImportMapping = z.infer<typeof importMapping>;

export const columnProfile = z.object({
  name: z.string(),
  type: z.enum(['string', 'number', 'integer', 'boolean', 'instant', 'empty']),
  filled: z.number().describe('Share of sampled rows with a value, 0 to 1'),
  distinct: z.number().int(),
  examples: z.array(z.string()),
});
export type ColumnProfile = z.infer<typeof columnProfile>;

/** A proposal carries how sure it is, per field, and why. */
export const mappingProposal = z.object({
  mapping: importMapping,
  confidence: z.record(z.string(), z.object({ score: z.number().min(0).max(1), why: localized })),
});
export type MappingProposal = z.infer<typeof mappingProposal>;

export const fileSample = z.object({
  file: fileFormat,
  bytes: z.number().int(),
  columns: z.array(columnProfile),
  rows: z.array(z.record(z.string(), z.unknown())),
  proposal: mappingProposal,
});
export type FileSample = z.infer<typeof fileSample>;

export const mappingCheck = z.object({
  rows: z.number().int(),
  events: z.number().int(),
  skipped: z.array(z.object({ reason: z.string(), rows: z.number().int() })),
  errors: z.array(z.object({ row: z.number().int(), field: z.string(), message: z.string(), value: z.string() })),
  errorRows: z.number().int(),
  byEvent: z.record(z.string(), z.number().int()),
  preview: z.array(z.record(z.string(), z.unknown())),
});
export type MappingCheck = z.infer<typeof mappingCheck>;
