import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import type { Config } from '../config.ts';
import { UserError } from '../errors.ts';

const KEY_BYTES = 32;

/** A key that the operator holds. Its id tells which of several wrapped a data key, and nothing about the key. */
export interface OperatorKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** The operator's keys, the one in use first, and where they come from. */
export interface Keyring {
  readonly keys: readonly OperatorKey[];
  /** Null where the keys stand in the environment. */
  readonly file: string | null;
}

const keyOf = (bytes: Buffer): OperatorKey => ({
  id: createHash('sha256').update('guanxi operator key').update(bytes).digest('hex').slice(0, 16),
  bytes,
});

export const newKey = (): OperatorKey => keyOf(randomBytes(KEY_BYTES));

export const textOfKey = (key: OperatorKey): string => key.bytes.toString('base64');

function parseKey(text: string, where: string): OperatorKey {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === KEY_BYTES && bytes.toString('base64') === text) return keyOf(bytes);
  throw new UserError('invalid', 'bad_key', 'A key is not 32 bytes in base64', {
    where,
    remedy: 'Put back the key as it was made; guanxi key new prints a fresh one for a new installation.',
  });
}

export const keyFileOf = (config: Config): string => resolve(config.keyFile ?? join(config.dataDir, 'guanxi.key'));

/** Whether whoever copies the data folder has the key with it. */
export const keyLiesBesideData = (config: Config): boolean =>
  config.key === undefined && `${keyFileOf(config)}${sep}`.startsWith(`${resolve(config.dataDir)}${sep}`);

/** The permission bits of the key file; null where there is none. */
export function modeOfKeyFile(config: Config): number | null {
  const found = config.key === undefined && statSync(keyFileOf(config), { throwIfNoEntry: false });
  return found ? found.mode & 0o777 : null;
}

/** The operator's keys: of `GUANXI_KEY`, else of the key file; null where there are none. Throws `bad_key`. */
export function readKeyring(config: Config): Keyring | null {
  if (config.key !== undefined)
    return { keys: config.key.split(',').map((text) => parseKey(text.trim(), 'GUANXI_KEY')), file: null };
  const file = keyFileOf(config);
  if (!statSync(file, { throwIfNoEntry: false })) return null;
  const lines = readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length === 0) return null;
  return { keys: lines.map((line) => parseKey(line, file)), file };
}

const HEAD = `# Guanxi: the operator's keys, the one in use first. Without them the data cannot be read.
# Keep a copy away from the data.
`;

/** Writes a file that is there whole or not at all, readable by its owner only. */
export function writeWhole(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.new`;
  const handle = openSync(fresh, 'w', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(fresh, file);
}

export const writeKeyFile = (file: string, keys: readonly OperatorKey[]): void =>
  writeWhole(file, `${HEAD}${keys.map(textOfKey).join('\n')}\n`);
