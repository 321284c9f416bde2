import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { withVariable } from './config.ts';

/** Where the embedded engine keeps its tables, and the key they are encrypted with (32 bytes). */
export interface SealedDisk {
  readonly folder: string;
  readonly key: Buffer;
}

/** Name of the storage policy that puts a table on the encrypted disk. */
export const SEALED_POLICY = 'sealed';
const KEY_VARIABLE = 'GUANXI_SEALED_DISK_KEY';

const escaped = (text: string) => text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Beside the sealed folder: the engine's notes about its tables, in which no customer's value stands. */
const notesOf = (folder: string) => `${folder}-notes`;

/**
 * The part of the engine's configuration that declares the encrypted disk. The key itself is never written down. The
 * encrypted disk has no path of its own: with one, syncing a part's folder looks for it twice as deep.
 *
 * A table remembers the tokens of its inserts on the first disk of its policy. On an encrypted one they stay in the
 * engine's buffer and are lost when the process is killed, and a batch that is written again then counts twice. So the
 * first disk is a plain one that is too small for any part and holds these notes alone.
 */
export function sealedStorage({ folder }: SealedDisk): string {
  for (const needed of [folder, notesOf(folder)]) mkdirSync(needed, { recursive: true });
  return `
  <storage_configuration>
    <disks>
      <notes><type>local</type><path>${escaped(join(notesOf(folder), '/'))}</path></notes>
      <plain><type>local</type><path>${escaped(join(folder, '/'))}</path></plain>
      <sealed>
        <type>encrypted</type><disk>plain</disk>
        <algorithm>AES_256_CTR</algorithm><key_hex from_env="${KEY_VARIABLE}"/>
      </sealed>
    </disks>
    <policies><${SEALED_POLICY}>
      <volumes>
        <notes><disk>notes</disk><max_data_part_size_bytes>1</max_data_part_size_bytes></notes>
        <main><disk>sealed</disk></main>
      </volumes>
      <move_factor>0</move_factor>
    </${SEALED_POLICY}></policies>
  </storage_configuration>`;
}

/** Opens the engine while its key stands in the environment, the only place besides a file that it reads one from. */
export function withDiskKey<T>(disk: SealedDisk | undefined, open: () => T): T {
  return disk ? withVariable(KEY_VARIABLE, disk.key.toString('hex'), open) : open();
}

/**
 * A query that needs more memory than there is fails rather than spill to temporary files: the embedded engine writes
 * these beside its data, unencrypted, whatever storage policy is named for them.
 */
export const NO_SPILLING = { max_bytes_ratio_before_external_group_by: 0, max_bytes_ratio_before_external_sort: 0 };
