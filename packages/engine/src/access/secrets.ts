import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const BYTES = 32;

/** A name for a row: 128 random bits. It opens nothing. */
export const newId = (): string => randomBytes(16).toString('base64url');

/** A secret of 256 random bits. Only {@link fingerprint} of it is ever stored. */
export const newSecret = (prefix = ''): string => prefix + randomBytes(BYTES).toString('base64url');

/**
 * What is kept of a secret. The secret is random and long, so a plain hash is as good as a slow one: there is nothing to
 * guess, and a look-up by the hash tells nobody anything by its time.
 */
export const fingerprint = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** Whether two texts are the same, in a time that does not tell where they differ. */
export const sameSecret = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());

/** E-mail addresses are told apart by this form. */
export const emailKey = (email: string): string => email.normalize('NFKC').trim().toLowerCase();
