import type { TFunction } from 'i18next';

/** What the gate says of events it refuses, by how it says it; captures fill the translation. */
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
] as const;

/** The reason of a refusal in the reader's language; one that is not known stays as the server said it. */
export function refusalText(message: string, t: TFunction): string {
  for (const [pattern, key] of KNOWN) {
    const match = pattern.exec(message);
    if (!match) continue;
    const { field = '', list = '', most = '', event = '' } = match.groups ?? {};
    return t(`gate.${key}`, { field, list, most, event });
  }
  return message;
}

/** The same for `field: message`, as lists of events carry it. */
export function refusalLine(reason: string, t: TFunction): string {
  const at = reason.indexOf(': ');
  return at < 0 ? refusalText(reason, t) : `${reason.slice(0, at)}: ${refusalText(reason.slice(at + 2), t)}`;
}
