import type { IdentityRules } from '@guanxi/contracts';
import type { Platform } from '../platform/index.ts';
import { defaultRules } from './rules.ts';

/** Rules as PostgreSQL keeps them: whole and sealed, since what they block may be somebody's value. */
interface SealedRules {
  readonly sealed: string;
}

const cipherOf = (platform: Platform) => platform.vault.cipher('identity rules');

export const saveRules = (platform: Platform, rules: IdentityRules) =>
  platform.postgres.query('INSERT INTO identity_rules (rules) VALUES ($1)', [
    JSON.stringify({ sealed: cipherOf(platform).seal(JSON.stringify(rules)) } satisfies SealedRules),
  ]);

/** The newest rules; what a new installation starts with where there are none. */
export async function loadRules(platform: Platform): Promise<IdentityRules> {
  const cipher = cipherOf(platform);
  // Versions that were saved before rules were sealed.
  const plain = await platform.postgres.query<{ version: number; rules: IdentityRules }>(
    "SELECT version, rules FROM identity_rules WHERE NOT rules ? 'sealed'",
  );
  for (const { version, rules } of plain)
    await platform.postgres.query('UPDATE identity_rules SET rules = $2 WHERE version = $1', [
      version,
      JSON.stringify({ sealed: cipher.seal(JSON.stringify(rules)) } satisfies SealedRules),
    ]);
  const [row] = await platform.postgres.query<{ rules: SealedRules }>(
    'SELECT rules FROM identity_rules ORDER BY version DESC LIMIT 1',
  );
  if (row) return JSON.parse(cipher.open(row.rules.sealed)) as IdentityRules;
  await saveRules(platform, defaultRules);
  return defaultRules;
}
