import { hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { UserError } from '../errors.ts';
import { openServedPostgres, type Postgres } from '../postgres.ts';
import { fileStore, postgresStore, unwrap, wrap, type WrappedKey, type WrappedKeyStore } from './envelope.ts';
import { keyFileOf, keyLiesBesideData, modeOfKeyFile, newKey, readKeyring, writeKeyFile } from './keyring.ts';
import { Siv } from './siv.ts';

/** Seals texts for PostgreSQL: equal texts look equal, so that exact questions can still be asked. */
export interface TextCipher {
  seal(text: string): string;
  /** Throws a plain error where the text was not sealed by this cipher. */
  open(sealed: string): string;
}

/** The keys of this installation, each for one use. */
export interface Vault {
  /** @param purpose what is sealed; texts of one purpose do not open under another */
  cipher(purpose: string): TextCipher;
  /** A key of 32 bytes for one use. */
  key(purpose: string): Buffer;
}

/** Where the embedded ClickHouse keeps what is sealed. */
export const sealedFolderOf = (config: Config): string => join(config.dataDir, 'sealed');
const wrappedFileOf = (config: Config): string => join(config.dataDir, 'sealed.json');

export function vaultOf(dataKey: Buffer): Vault {
  const derive = (purpose: string, length: number) =>
    Buffer.from(hkdfSync('sha256', dataKey, Buffer.alloc(0), `guanxi ${purpose}`, length));
  return {
    key: (purpose) => derive(purpose, 32),
    cipher(purpose) {
      const siv = new Siv(derive(`siv ${purpose}`, 64));
      return {
        seal: (text) => siv.seal(Buffer.from(text)).toString('base64'),
        open(sealed) {
          const plain = siv.open(Buffer.from(sealed, 'base64'));
          if (!plain) throw new Error(`a sealed text does not open (${purpose})`);
          return plain.toString();
        },
      };
    },
  };
}

/**
 * A data key wrapped before the data moved to a PostgreSQL server goes on there, so that what was sealed still opens.
 */
async function storeOf(config: Config, postgres: Postgres | null): Promise<WrappedKeyStore> {
  const file = fileStore(wrappedFileOf(config));
  if (!postgres || postgres.embedded) return file;
  const served = await postgresStore(postgres);
  const before = await file.read();
  if (before && !(await served.read())) await served.create(before);
  return served;
}

const isFilled = (folder: string) => existsSync(folder) && readdirSync(folder).length > 0;

/**
 * The vault of an installation. The first start makes a data key, and an operator's key where none is given.
 * Throws `key_missing`, `wrong_key`, `bad_key`, `sealed_key_missing`, each before anything is touched.
 */
export async function openVault(config: Config, postgres: Postgres, now = new Date()): Promise<Vault> {
  const store = await storeOf(config, postgres);
  const keyring = readKeyring(config);
  const wrapped = await store.read();
  if (wrapped && !keyring)
    throw new UserError('invalid', 'key_missing', "The data is sealed and the operator's key is missing", {
      where: keyFileOf(config),
      remedy: `Put the key ${wrapped.keyId} there, or name its file in GUANXI_KEY_FILE. Nothing was changed.`,
    });
  if (wrapped) return vaultOf(unwrap(wrapped, keyring!.keys));
  if (isFilled(sealedFolderOf(config)))
    throw new UserError('invalid', 'sealed_key_missing', 'The data is sealed and the wrapped data key is missing', {
      where: wrappedFileOf(config),
      remedy: 'Put this file back from a backup. Nothing was changed.',
    });
  const keys = keyring?.keys ?? [newKey()];
  if (!keyring) writeKeyFile(keyFileOf(config), keys);
  // Of several processes that start at once, the first one's data key counts for all.
  return vaultOf(unwrap(await store.create(wrap(randomBytes(32), keys[0]!, now)), keys));
}

/** The wrapped data key, for a copy of the data to carry along: without the operator's key it opens nothing. */
export async function wrappedKeyOf(config: Config, postgres: Postgres): Promise<WrappedKey> {
  const wrapped = await (await storeOf(config, postgres)).read();
  if (!wrapped) throw new Error('an installation without a data key');
  return wrapped;
}

/** Whether two vaults are of one data key. */
export const holdsSameKey = (one: Vault, other: Vault): boolean =>
  timingSafeEqual(one.key('comparison'), other.key('comparison'));

/** The vault of a copy of data that brought its wrapped key. Throws `key_missing`, `wrong_key`. */
export function vaultOfCopy(config: Config, wrapped: WrappedKey): Vault {
  const keyring = readKeyring(config);
  if (keyring) return vaultOf(unwrap(wrapped, keyring.keys));
  throw new UserError('invalid', 'key_missing', "The data is sealed and the operator's key is missing", {
    where: keyFileOf(config),
    remedy: `Put the key ${wrapped.keyId} there, or name its file in GUANXI_KEY_FILE. Nothing was changed.`,
  });
}

/** Keeps the wrapped key of such data in the folder, from where a start takes it to a PostgreSQL server. */
export async function adoptKey(config: Config, wrapped: WrappedKey): Promise<Vault> {
  const vault = vaultOfCopy(config, wrapped);
  const kept = await fileStore(wrappedFileOf(config)).create(wrapped);
  if (kept.keyId === wrapped.keyId && kept.sealed === wrapped.sealed) return vault;
  throw new UserError('conflict', 'target_not_empty', 'The data folder has a data key of its own', {
    where: wrappedFileOf(config),
    remedy: 'Name an empty data folder.',
  });
}

async function withStore<T>(config: Config, work: (store: WrappedKeyStore) => Promise<T>): Promise<T> {
  if (!config.postgresUrl) return work(await storeOf(config, null));
  const postgres = await openServedPostgres(config.postgresUrl);
  try {
    return await work(await storeOf(config, postgres));
  } finally {
    await postgres.close();
  }
}

export interface KeyStatus {
  /** Null before the first start. */
  readonly sealedWith: string | null;
  readonly wrappedAt: string | null;
  /** Whether a key that opens the data is here. */
  readonly opens: boolean;
  readonly keys: readonly string[];
  /** Null where the keys stand in the environment. */
  readonly file: string | null;
  readonly besideData: boolean;
  /** Whether others than its owner may read the key file. */
  readonly readableByOthers: boolean;
}

/** What there is of keys; never a key itself. Needs neither a running server nor a stopped one. */
export function keyStatus(config: Config): Promise<KeyStatus> {
  return withStore(config, async (store) => {
    const wrapped = await store.read();
    const keyring = readKeyring(config);
    return {
      sealedWith: wrapped?.keyId ?? null,
      wrappedAt: wrapped?.wrappedAt ?? null,
      opens: wrapped !== null && (keyring?.keys.some(({ id }) => id === wrapped.keyId) ?? false),
      keys: keyring?.keys.map(({ id }) => id) ?? [],
      file: config.key === undefined ? keyFileOf(config) : null,
      besideData: keyLiesBesideData(config),
      readableByOthers: ((modeOfKeyFile(config) ?? 0) & 0o077) !== 0,
    };
  });
}

/**
 * Wraps the data key with another operator's key; data stays as it is, so this takes no time and servers may run.
 * Of a key file: a new key is made, and the old ones are taken out once the new one was seen to open the data (unless
 * `keepOld`: an older backup needs them). Of `GUANXI_KEY`: the first key of `new,old` becomes the one in use.
 * Breaking off anywhere leaves keys that open the data. Returns the new key's id.
 */
export function rotateKey(config: Config, { keepOld = false, now = new Date() } = {}): Promise<string> {
  return withStore(config, async (store) => {
    const wrapped = await store.read();
    const keyring = readKeyring(config);
    if (!wrapped || !keyring)
      throw new UserError('conflict', 'nothing_sealed', 'Nothing is sealed here yet', {
        remedy: 'Start the server once; it makes the key.',
      });
    const dataKey = unwrap(wrapped, keyring.keys);
    if (keyring.file === null) {
      const [first] = keyring.keys;
      if (first!.id === wrapped.keyId)
        throw new UserError('invalid', 'no_new_key', 'GUANXI_KEY names no newer key', {
          remedy: 'Set GUANXI_KEY to the new key, a comma and the old one; guanxi key new prints one. Then rotate.',
        });
      await store.replace(wrap(dataKey, first!, now));
      return first!.id;
    }
    const fresh = newKey();
    writeKeyFile(keyring.file, [fresh, ...keyring.keys]);
    await store.replace(wrap(dataKey, fresh, now));
    if (!keepOld) await forget(store, config, dataKey, keyring.file);
    return fresh.id;
  });
}

/** Takes all keys but the one in use out of the key file, after reading back that this one opens the data. */
async function forget(store: WrappedKeyStore, config: Config, dataKey: Buffer, file: string): Promise<void> {
  const wrapped = (await store.read()) as WrappedKey;
  const keys = readKeyring(config)!.keys.filter(({ id }) => id === wrapped.keyId);
  if (!unwrap(wrapped, keys).equals(dataKey)) throw new Error('the rotated key does not open the data');
  writeKeyFile(file, keys);
}
