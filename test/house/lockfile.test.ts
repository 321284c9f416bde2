import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Entry {
  readonly optional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

test('the lock names the packages of every platform, not only of the one it was written on', () => {
  const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
    packages: Readonly<Record<string, Entry>>;
  };
  // `npm ci` refuses a lock in which one is missing, on every platform.
  const missing = Object.entries(lock.packages).flatMap(([place, { optional, optionalDependencies = {} }]) =>
    (optional ? [] : Object.keys(optionalDependencies)).filter(
      (name) => !lock.packages[`node_modules/${name}`] && !lock.packages[`${place}/node_modules/${name}`],
    ),
  );
  expect(missing).toEqual([]);
});
