/**
 * Why an event or a row is refused, left out or kept apart, by code. The text is kept and logged with what it is about;
 * `{…}` are the values in it. Whoever shows it in another language reads code and values back with {@link readReason}.
 */
export const reasonTexts = {
  groupId: 'a group event needs groupId',
  eventName: 'a track event needs a name',
  alias: 'an alias event needs {field}',
  missing: 'is missing',
  noneOf: 'is none of {list}',
  time: 'is not a time between 1970 and 2200 in ISO 8601 or as a count of milliseconds',
  object: 'must be an object',
  text: 'must be text',
  nobody: 'needs userId or anonymousId',
  number: 'the number is too large to be kept exactly; send it as text',
  long: 'is longer than {most} characters',
  large: 'is larger than {most} bytes',
  needed: '{event} needs it',
  expected: '{event}: must be of the type {list}',
  small: '{event}: must not be less than {most}',
  big: '{event}: must not be more than {most}',
  noneOfEvent: '{event}: must be one of {list}',
  form: '{event}: does not have the form of {list}',
  productId: '{event}: a product needs product_id or sku',
  purpose: '{event}: consent needs a purpose',
  other: '{event}: is not as it should be',
  noCase: 'no case names this event',
  notNumber: 'is not a number',
  notWhole: 'is not a whole number',
  notFlag: 'is neither yes nor no',
  notJson: 'is not JSON',
  notTime: 'is not a date or time',
  noDay: 'is a day or time that does not exist',
  dayOrMonth: 'may be day-month or month-day: say which in `order`',
  openQuote: 'A quote is opened and never closed',
  afterQuote: 'Text follows a closing quote',
  longRow: 'The row is longer than 16 million characters',
  longLine: 'The line is longer than 16 million characters',
  lineNotJson: 'The line is not JSON',
  lineNotObject: 'The line is JSON, but not an object',
  width: 'The row has a number of fields of its own: {most}; the file has {list}',
  noOrder: 'no order number',
  otherType: 'another type: {field}',
  limit: '{field}–{list}: a person has at most {most} {event}',
  pair: '{field}–{list}',
  seenWith: '{field} seen with {most} people',
  partOf: '{most} of {list} identifiers',
} as const;

export type ReasonCode = keyof typeof reasonTexts;
type NamesIn<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;
/** The values that the text of a code holds. */
export type ReasonValues<C extends ReasonCode> = Readonly<Record<NamesIn<(typeof reasonTexts)[C]>, string | number>>;

/** The text of a code with its values. */
export function reason<C extends ReasonCode>(
  code: C,
  ...[values]: NamesIn<(typeof reasonTexts)[C]> extends never ? [] : [ReasonValues<C>]
): string {
  return reasonTexts[code].replace(/\{(\w+)\}/g, (_, name: string) =>
    String((values as Readonly<Record<string, string | number>>)[name]),
  );
}

/** Texts of codes as patterns; those without values first, then in their order: the later ones take nearly anything. */
const patterns = Object.entries(reasonTexts)
  .map(([code, text]) => {
    const parts = text.split(/\{(\w+)\}/);
    const source = parts.map((part, at) =>
      at % 2 === 1 ? `(?<${part}>.+?)` : part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`),
    );
    return { code: code as ReasonCode, plain: parts.length === 1, pattern: new RegExp(`^${source.join('')}$`, 'su') };
  })
  .sort((a, b) => Number(b.plain) - Number(a.plain));

/** The code and the values of a text that {@link reason} made; null of any other text. */
export function readReason(text: string): { code: ReasonCode; values: Readonly<Record<string, string>> } | null {
  for (const { code, pattern } of patterns) {
    const match = pattern.exec(text);
    if (match) return { code, values: match.groups ?? {} };
  }
  return null;
}
