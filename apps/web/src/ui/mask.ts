/** Masks what names a person where it is shown. The server's own masking comes with roles; this is display only. */
const phone = /(?<![\d.])((?:\+|00)?86[- ]?)?(1[3-9]\d)\d{4}(\d{4})(?![\d.])/g;
const international = /\+\d{7,15}(?!\d)/g;
const email = /([A-Za-z0-9._%+-])[A-Za-z0-9._%+-]*(@[A-Za-z0-9.-]+\.[A-Za-z]{2,})/g;

/** Hides phone numbers and e-mail addresses wherever they stand in a text. */
export const maskText = (text: string): string =>
  text
    .replace(email, '$1•••$2')
    .replace(phone, (_, prefix: string | undefined, head: string, tail: string) => `${prefix ?? ''}${head}••••${tail}`)
    .replace(international, (whole) => `${whole.slice(0, 4)}••••${whole.slice(-3)}`);

const initialOnly = (word: string) => `${[...word][0] ?? ''}••`;

/** A person's name down to its initials; a name that is an address or a number is masked as such. */
export function maskName(name: string): string {
  const masked = maskText(name);
  if (masked !== name) return masked;
  return name.split(/\s+/).map(initialOnly).join(' ');
}

const looksNamed = /[\p{L}]/u;
/** A code such as `C-10293` names nobody to a reader and stays. */
const looksCoded = /\d|_/;

export const maskPerson = (name: string): string =>
  maskText(name) !== name || !looksNamed.test(name) || looksCoded.test(name) ? maskText(name) : maskName(name);

const piiKinds = new Set(['phone', 'email', 'mobile']);
export function maskIdentifier(kind: string, value: string): string {
  const masked = maskText(value);
  if (masked !== value || !piiKinds.has(kind)) return masked;
  return value.length <= 4 ? '••••' : `${value.slice(0, 3)}••••${value.slice(-2)}`;
}

const hidden = '••••••';
/** The same for everything inside a JSON value; keys that say what they hold are believed. */
export function maskJson(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    if (/(^|_)(name|nickname|first_?name|last_?name|full_?name)$/i.test(key) && personKeys.test(key))
      return maskPerson(value);
    return /address|id_?card|passport/i.test(key) && !/email|ip|mac/i.test(key) ? hidden : maskText(value);
  }
  if (typeof value === 'number') return piiKinds.has(key) ? hidden : value;
  if (Array.isArray(value)) return value.map((item) => maskJson(item, key));
  if (value && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, maskJson(item, maskKey(key, name))]));
  return value;
}
const personKeys = /traits|nickname|first_?name|last_?name|full_?name/i;
/** A plain `name` is a person's only below `traits`; elsewhere it is a product's or an event's. */
const maskKey = (parent: string, name: string) => (parent === 'traits' && name === 'name' ? 'traits_name' : name);
