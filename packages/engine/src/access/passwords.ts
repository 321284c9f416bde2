import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { PASSWORD_MAX, PASSWORD_MIN } from '@guanxi/contracts';
import { UserError } from '../platform/index.ts';

/**
 * Cost of a hash. OWASP's password storage sheet gives pairs of equal strength; this one takes 32 MB, so that a few at a
 * time fit beside the engines. It stands with each hash: a stronger one is used from the next sign-in on.
 */
const COST = { log2: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Hashes worked out at the same time, and those that may wait: beyond, the asker is told to come back. */
const AT_ONCE = 2;
const WAITING = 24;

let running = 0;
const queue: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (queue.length >= WAITING)
      throw new UserError('busy', 'sign_in_busy', 'Too many people sign in at the same moment', {
        remedy: 'Try again in a moment.',
        retryAfter: 5,
      });
    await new Promise<void>((go) => queue.push(go));
  } else running += 1;
  try {
    return await work();
  } finally {
    // Whoever waited takes over this place, so that nobody slips in between.
    const next = queue.shift();
    if (next) next();
    else running -= 1;
  }
}

const derive = (password: string, salt: Buffer, { log2, r, p }: typeof COST): Promise<Buffer> =>
  inTurn(
    () =>
      new Promise((resolve, reject) => {
        const options = { N: 2 ** log2, r, p, maxmem: 2 ** log2 * r * 128 * 2 };
        scrypt(password.normalize('NFKC'), salt, HASH_BYTES, options, (error, hash) =>
          error ? reject(error) : resolve(hash),
        );
      }),
  );

/** `scrypt$log2$r$p$salt$hash`: the hash with everything that is needed to check a password against it. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, COST);
  return ['scrypt', COST.log2, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Checked where there is no account or no password, so that both answers take the same work. */
const NOBODY = ['scrypt', COST.log2, COST.r, COST.p, 'AAAAAAAAAAAAAAAAAAAAAA', 'A'.repeat(43)].join('$');

/** Whether the password is the one of `stored`; `outdated` when it was hashed at another cost than today's. */
export async function checkPassword(
  password: string,
  stored: string | null,
): Promise<{ right: boolean; outdated: boolean }> {
  const [, log2, r, p, salt, hash] = (stored ?? NOBODY).split('$');
  const cost = { log2: Number(log2), r: Number(r), p: Number(p) };
  const found = await derive(password, Buffer.from(salt!, 'base64url'), cost);
  const same = timingSafeEqual(found, Buffer.from(hash!, 'base64url'));
  const outdated = cost.log2 !== COST.log2 || cost.r !== COST.r || cost.p !== COST.p;
  return { right: stored !== null && same, outdated };
}

/** Words that most guessed passwords are made of, once digits and signs around them are taken off. */
const COMMON = new Set(
  `password passwort passw pass admin administrator welcome letmein iloveyou woaini sunshine princess football baseball
  monkey dragon superman batman master login guest default secret changeme trustno qwerty qwertyuiop qwertyuio asdfgh
  asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc qweasd qweasdzxc abcdef abcdefgh abcabc abcd abc google facebook michael
  jennifer jordan harley ranger hunter hello whatever freedom computer internet starwars pokemon summer winter spring
  autumn monday january guanxi test testing user root system company customer marketing aa woaiwo nihao mima zhongguo
  passwordpassword correcthorsebatterystaple`.split(/\s+/),
);
const SIMILAR: Record<string, string> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
};
/** Shortest remainder that still counts for something once one's own names are taken out. */
const REMAINDER = 6;
const FEWEST_CHARACTERS = 5;

const lettersOf = (text: string) => text.replace(/[^\p{L}]/gu, '');

function isCommon(password: string): boolean {
  const lower = password.toLowerCase();
  const core = lower.replace(/^[^\p{L}@$]+|[^\p{L}]+$/gu, '');
  const plain = [...core].map((sign) => SIMILAR[sign] ?? sign).join('');
  return (
    [lettersOf(lower), lettersOf(plain)].some((word) => COMMON.has(word)) ||
    new Set(lower).size < FEWEST_CHARACTERS ||
    isRun(lower)
  );
}

/** `1234567890`, `abcdefghij`, `9876543210`. */
function isRun(text: string): boolean {
  const codes = [...text].map((sign) => sign.codePointAt(0)!);
  const steps = new Set(codes.slice(1).map((code, at) => code - codes[at]!));
  return steps.size === 1 || '01234567890123456789'.includes(text) || '98765432109876543210'.includes(text);
}

/** Throws `invalid` when a password is too easy to guess for this person. */
export function refuseWeak(password: string, person: { email: string; name: string }): void {
  const weak = (code: string, message: string) =>
    new UserError('invalid', code, message, {
      where: 'password',
      remedy: 'Take a few words that do not belong together.',
    });
  const length = [...password].length;
  if (length < PASSWORD_MIN || length > PASSWORD_MAX)
    throw weak('password_length', `A password has ${PASSWORD_MIN} to ${PASSWORD_MAX} characters`);
  if (isCommon(password)) throw weak('password_common', 'This password is among the first that anybody tries');
  const own = [person.email, person.email.split('@')[0]!, person.name, person.name.replace(/\s+/g, '')]
    .map((part) => part.toLowerCase())
    .filter((part) => part.length >= 3);
  const rest = own.reduce((text, part) => text.replaceAll(part, ''), password.toLowerCase());
  if (rest.length < Math.min(REMAINDER, password.length))
    throw weak('password_personal', 'A password must not be made of your own name or e-mail address');
}
