import { z } from 'zod';

/**
 * How much a value says of a person. `none`: nothing. `quasi`: little alone, somebody together with others (city, age).
 * `personal`: who it is (name, phone). `sensitive`: what may do harm (identity card, bank card, address).
 * From `personal` on values are masked wherever they leave the server.
 */
export const piiClass = z.enum(['none', 'quasi', 'personal', 'sensitive']);
export type PiiClass = z.infer<typeof piiClass>;

/** What a value looks like, which decides what a mask leaves of it. */
export type PiiShape = 'phone' | 'email' | 'name' | 'other';

export interface PiiGuess {
  readonly class: PiiClass;
  readonly shape: PiiShape;
}

const NOTHING: PiiGuess = { class: 'none', shape: 'other' };
const NAMES: readonly (readonly [RegExp, PiiGuess])[] = [
  [/^(ip|mac|mail_?chimp|web)_?addr/, NOTHING],
  [/e_?mail|邮箱|邮件/, { class: 'personal', shape: 'email' }],
  [/(^|_)(phone|mobile|tel|telephone|cellphone|msisdn)(_|$)|手机|电话/, { class: 'personal', shape: 'phone' }],
  [
    /id_?card|identity_(card|no|number)|passport|national_id|(^|_)ssn($|_)|身份证|证件|护照/,
    { class: 'sensitive', shape: 'other' },
  ],
  [/bank|card_(no|number)|(^|_)iban($|_)|银行卡|卡号/, { class: 'sensitive', shape: 'other' }],
  [/address|street|(^|_)addr($|_)|地址|住址/, { class: 'sensitive', shape: 'other' }],
  [/birth|(^|_)dob($|_)|生日|出生/, { class: 'personal', shape: 'other' }],
  [
    /^(nick_?name|real_?name|full_?name|first_?name|last_?name|given_?name|family_?name|display_?name|user_?name|contact_?name|receiver(_name)?|recipient(_name)?|consignee(_name)?|姓名|昵称|名字|收货人|收件人|联系人|客户姓名|会员姓名)$/,
    { class: 'personal', shape: 'name' },
  ],
  [
    /^(gender|sex|age|city|province|region|country|district|zip|zip_?code|post_?code|性别|年龄|城市|省份|地区|邮编)$/,
    { class: 'quasi', shape: 'other' },
  ],
];
const PERSON_NAME: PiiGuess = { class: 'personal', shape: 'name' };

/** The check digit of a Chinese identity card (GB 11643-1999). */
export function isChineseIdCard(text: string): boolean {
  if (!/^\d{17}[\dXx]$/.test(text)) return false;
  const sum = [...text.slice(0, 17)].reduce(
    (total, digit, index) => total + Number(digit) * (2 ** (17 - index) % 11),
    0,
  );
  return '10X98765432'[sum % 11] === text[17]!.toUpperCase();
}

/** The first digit and the check digit of a payment card (ISO/IEC 7812, Luhn). Numbers of orders often begin with a year. */
export function isPaymentCard(text: string): boolean {
  if (!/^[3-6]\d{14,18}$/.test(text)) return false;
  const sum = [...text].reverse().reduce((total, character, index) => {
    const digit = Number(character) * (index % 2 === 1 ? 2 : 1);
    return total + (digit > 9 ? digit - 9 : digit);
  }, 0);
  return sum % 10 === 0;
}

const keyOf = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[\s.-]+/g, '_')
    .toLowerCase();

/**
 * What an attribute nobody classified most likely holds, told by its name, then by its value.
 * @param ofPerson whether it is a person's: a plain `name` is a person's name only there
 */
export function guessPii(name: string, value: unknown = '', ofPerson = true): PiiGuess {
  const key = keyOf(name);
  if (ofPerson && (key === 'name' || key === '名称')) return PERSON_NAME;
  for (const [pattern, guess] of NAMES) if (pattern.test(key)) return guess;
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  if (text.length < 7 || text.length > 254) return NOTHING;
  if (/^[^\s@]+@[^\s@]+\.[A-Za-z]{2,}$/.test(text)) return { class: 'personal', shape: 'email' };
  if (/^(\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}$|^\+\d{7,15}$/.test(text))
    return { class: 'personal', shape: 'phone' };
  if (isChineseIdCard(text) || isPaymentCard(text)) return { class: 'sensitive', shape: 'other' };
  return NOTHING;
}
