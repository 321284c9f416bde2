import { type Endpoint, endpoints } from '@guanxi/contracts';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { compileMasker } from './compile.ts';

test('every text of every answer is annotated with what it holds, or declared harmless', () => {
  const unknown: string[] = [];
  for (const [name, { response }] of Object.entries(endpoints as Record<string, Endpoint>))
    if (response) compileMasker(name, response, (path) => unknown.push(path));
  expect(unknown).toEqual([]);
});

test('a text that nobody declared is told', () => {
  const unknown: string[] = [];
  compileMasker(
    'x',
    z.object({ id: z.string(), at: z.iso.datetime(), remark: z.array(z.string().nullable()) }),
    (path) => unknown.push(path),
  );
  expect(unknown).toEqual(['x.remark[]']);
});
