import { expect, test } from 'vitest';
import { readReason, reason, type ReasonCode, reasonTexts } from './reasons.ts';

test('every reason is read back as the code and the values it was made of', () => {
  const say = reason as (code: string, values: Record<string, string>) => string;
  for (const [code, text] of Object.entries(reasonTexts)) {
    const values = Object.fromEntries([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name!, `${name}1`]));
    expect(readReason(say(code, values)), code).toEqual({ code: code as ReasonCode, values });
  }
});

test('what is no reason is none', () => {
  expect(readReason('something new')).toBeNull();
  expect(reason('needed', { event: 'Order Completed' })).toBe('Order Completed needs it');
});
