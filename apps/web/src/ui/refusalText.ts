import type { TFunction } from 'i18next';

/** What the server says of events, rows and merges that it refuses, by how it says it; captures fill the translation. */
const KNOWN = [
  [/^a group event needs groupId$/, 'groupId'],
  [/^a track event needs a name$/, 'eventName'],
  [/^an alias event needs (?<field>\w+)$/, 'alias'],
  [/^is missing$/, 'missing'],
  [/^is none of (?<list>.+)$/, 'noneOf'],
  [/^is not a time between .+$/, 'time'],
  [/^must be an object$/, 'object'],
  [/^must be text$/, 'text'],
  [/^needs userId or anonymousId$/, 'nobody'],
  [/^the number is too large to be kept exactly; .+$/, 'number'],
  [/^is longer than (?<most>\d+) characters$/, 'long'],
  [/^is larger than (?<most>\d+) bytes$/, 'large'],
  [/^(?<event>.+) needs it$/, 'needed'],
  [/^(?<event>.+): Invalid input: expected (?<list>\w+), received \w+$/, 'expected'],
  [/^(?<event>.+): Too small: .*>=?(?<most>[\d.]+).*$/, 'small'],
  [/^(?<event>.+): Too big: .*<=?(?<most>[\d.]+).*$/, 'big'],
  [/^(?<event>.+): Invalid .+$/, 'form'],
  [/^no case names this event$/, 'noCase'],
  [/^is not a number$/, 'notNumber'],
  [/^is not a whole number$/, 'notWhole'],
  [/^is neither yes nor no$/, 'notFlag'],
  [/^is not JSON$/, 'notJson'],
  [/^is not a date or time$/, 'notTime'],
  [/^is a day or time that does not exist$/, 'noDay'],
  [/^A quote is opened and never closed$/, 'openQuote'],
  [/^Text follows a closing quote$/, 'afterQuote'],
  [/^The row has (?<most>\d+)\D*, the file's columns are (?<list>\d+)$/, 'width'],
  [/^no order number$/, 'noOrder'],
  [/^another type: (?<field>.+)$/, 'otherType'],
  [/^(?<field>\w+)–(?<list>\w+): a person has at most (?<most>\d+) (?<event>\w+)$/, 'limit'],
  [/^(?<field>\w+)–(?<list>\w+)$/, 'pair'],
  [/^(?<field>\w+) seen with (?<most>\d+) people$/, 'seenWith'],
  [/^(?<most>\d+) of (?<list>\d+) identifiers$/, 'partOf'],
] as const;

/** The reason of a refusal in the reader's language; one that is not known stays as the server said it. */
export function refusalText(message: string, t: TFunction, name: (word: string) => string = (word) => word): string {
  for (const [pattern, key] of KNOWN) {
    const match = pattern.exec(message);
    if (!match) continue;
    const { field = '', list = '', most = '', event = '' } = match.groups ?? {};
    return t(`gate.${key}`, {
      field: field && name(field),
      list: list && name(list),
      most,
      event: event && name(event),
    });
  }
  return name(message);
}

/** The same for `field: message`, as lists of events carry it. */
export function refusalLine(reason: string, t: TFunction): string {
  const at = reason.indexOf(': ');
  return at < 0 ? refusalText(reason, t) : `${reason.slice(0, at)}: ${refusalText(reason.slice(at + 2), t)}`;
}
