import { expect, test } from 'vitest';
import { bounded, fromClickHouse, fromPostgres } from './away.ts';

const clickhouse = (code: string, text: string) => Object.assign(new Error(text), { code });
const postgres = (code: string, text: string) => Object.assign(new Error(text), { code });

test.each([
  clickhouse('75', 'Cannot write to file'),
  clickhouse('243', 'Cannot reserve 1.00 MiB, not enough space'),
  clickhouse('586', 'Cannot create file'),
  clickhouse('734', 'Cannot write to write buffer, it was canceled'),
  new Error('Code: 641. DB::Exception: Cannot append to file. (CANNOT_APPEND_TO_FILE)'),
  new Error('Code: 1000. DB::Exception: File error: no space left on device. (POCO_EXCEPTION)'),
  clickhouse('ECONNREFUSED', 'connect ECONNREFUSED'),
])('$message: ClickHouse is away or has no room', (error) => {
  expect(fromClickHouse(error)).toMatchObject({ kind: 'unavailable', code: 'clickhouse_away', cause: error });
});

test.each([
  postgres('53100', 'could not extend file: No space left on device'),
  postgres('58030', 'could not write block'),
  postgres('57014', 'canceling statement due to statement timeout'),
  postgres('XX000', 'could not open relation with OID 16384'),
  postgres('57P01', 'terminating connection due to administrator command'),
  Object.assign(postgres('24000', 'cannot drop active portal ""'), { severity: 'PANIC' }),
  Object.assign(postgres('ENOENT', 'connect ENOENT /tmp/.s.PGSQL.5432'), { syscall: 'connect' }),
])('$message: PostgreSQL is away or has no room', (error) => {
  expect(fromPostgres(error)).toMatchObject({ kind: 'unavailable', code: 'postgres_away', cause: error });
});

test('a mistake in a statement stays the bug that it is', () => {
  for (const error of [clickhouse('62', 'Syntax error'), clickhouse('47', 'Unknown identifier')])
    expect(fromClickHouse(error)).toBe(error);
  for (const error of [postgres('42601', 'syntax error'), postgres('XX000', 'unexpected')])
    expect(fromPostgres(error)).toBe(error);
});

test('what does not answer is given up and aborted', async () => {
  let given: AbortSignal | undefined;
  const never = bounded(20, (signal) => {
    given = signal;
    return new Promise(() => undefined);
  });
  await expect(never).rejects.toMatchObject({ kind: 'unavailable', code: 'clickhouse_away' });
  expect(given!.aborted).toBe(true);
  expect(await bounded(20_000, async () => 'answer')).toBe('answer');
});
