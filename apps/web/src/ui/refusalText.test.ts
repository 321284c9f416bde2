import { expect, test } from 'vitest';
import { refusalLine, refusalText } from './refusalText.ts';

const t = ((key: string, values: object) =>
  [key, ...Object.values(values).filter(Boolean)].join(' ')) as unknown as Parameters<typeof refusalText>[1];

test('what the gate says is told by its key with what it is about; the unknown stays', () => {
  expect(refusalText('needs userId or anonymousId', t)).toBe('gate.nobody');
  expect(refusalText('is longer than 200 characters', t)).toBe('gate.long 200');
  expect(refusalText('Order Completed needs it', t)).toBe('gate.needed Order Completed');
  expect(refusalText('something new', t)).toBe('something new');
  expect(refusalLine('properties.order_id: Order Completed needs it', t)).toBe(
    'properties.order_id: gate.needed Order Completed',
  );
});
