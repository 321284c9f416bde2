import { guessPii, isChineseIdCard, isPaymentCard, type PiiClass, type PiiShape } from '@guanxi/contracts';

/** What nothing is left of. */
export const HIDDEN = '••••••';

const EMAIL = /([A-Za-z0-9])[A-Za-z0-9._%+-]*(@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})/g;
const MOBILE = /(?<![\d.])((?:\+|00)?86[- ]?)?(1[3-9]\d)[- ]?\d{4}[- ]?(\d{4})(?![\d.])/g;
const INTERNATIONAL = /\+\d{7,15}(?!\d)/g;
const NUMBER = /(?<![\d.])\d{15,19}[Xx]?(?![\d.])/g;
/** Texts without any of these hold nothing that the patterns above would find: most are, and cost one look. */
const SUSPICIOUS = /@|\d[\d -]{6}/;

/** Hides e-mail addresses, phone numbers, identity and payment cards wherever they stand in a text. */
export function maskText(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  return text
    .replace(EMAIL, '$1•••$2')
    .replace(NUMBER, (number) => (isChineseIdCard(number) || isPaymentCard(number) ? HIDDEN : number))
    .replace(MOBILE, (_, prefix: string | undefined, head: string, tail: string) => `${prefix ?? ''}${head}••••${tail}`)
    .replace(INTERNATIONAL, (whole) => `${whole.slice(0, 4)}••••${whole.slice(-3)}`);
}

/** The first character of each word; of a Chinese name the family name's. */
export const maskName = (name: string): string =>
  name
    .trim()
    .split(/\s+/)
    .map((word) => {
      const [first = '', ...others] = [...word];
      return first + '•'.repeat(Math.min(3, Math.max(1, others.length)));
    })
    .join(' ');

/** A code such as `C-10293` or an id: what a person without a name is called by. */
const CODE = /^[\w.:@/-]*[\d_:][\w.:@/-]*$/;

/** What a person is called: a name, or in its place an identifier. */
export function maskPerson(label: string): string {
  const masked = maskText(label);
  return masked !== label || CODE.test(label) || label === '' ? masked : maskName(label);
}

const middleGone = (text: string): string =>
  text.length <= 5 ? HIDDEN : `${text.slice(0, 3)}••••${text.length > 8 ? text.slice(-2) : ''}`;

const shapes: Record<PiiShape, (text: string) => string> = {
  phone: (text) => {
    const masked = maskText(text);
    return masked === text ? middleGone(text) : masked;
  },
  email: (text) => {
    const masked = maskText(text);
    return masked === text ? middleGone(text) : masked;
  },
  name: maskName,
  other: () => HIDDEN,
};

/** A value of a class, with what its shape may keep. */
export function maskValue(text: string, piiClass: PiiClass, shape: PiiShape): string {
  if (text === '') return text;
  if (piiClass === 'sensitive') return HIDDEN;
  return piiClass === 'personal' ? shapes[shape](text) : maskText(text);
}

/** A value of an attribute; where nobody said what it is, its name and the value itself tell. */
export function maskAttribute(name: string, value: string, given: PiiClass | undefined, ofPerson: boolean): string {
  if (given === 'none') return value;
  const guess = guessPii(name, value, ofPerson);
  return maskValue(value, given ?? guess.class, guess.shape);
}
