import { reasonTexts } from '@guanxi/contracts';
import { expect, test } from 'vitest';
import { resources as en } from '../app/i18n/en/index.ts';
import { resources as zh } from '../app/i18n/zh/index.ts';
import { refusalLine, refusalText } from './refusalText.ts';

const t = ((key: string, values: object) =>
  [key, ...Object.values(values).filter(Boolean)].join(' ')) as unknown as Parameters<typeof refusalText>[1];

test('what the gate says is told by its key with what it is about; the unknown stays', () => {
  expect(refusalText('needs userId or anonymousId', t)).toBe('gate.nobody');
  expect(refusalText('is longer than 200 characters', t)).toBe('gate.long 200');
  expect(refusalText('Order Completed needs it', t)).toBe('gate.needed Order Completed');
  expect(refusalText('is not a whole number', t)).toBe('gate.notWhole');
  expect(refusalText('The row has a number of fields of its own: 3; the file has 4', t)).toBe('gate.width 4 3');
  expect(refusalText('Order Completed: must be of the type string', t)).toBe('gate.expected string Order Completed');
  const kind = (word: string) => `<${word}>`;
  expect(refusalText('member_no–phone: a person has at most 1 member_no', t, kind)).toBe(
    'gate.limit <member_no> <phone> 1 <member_no>',
  );
  expect(refusalText('phone–email', t, kind)).toBe('gate.pair <phone> <email>');
  expect(refusalText('something new', t)).toBe('something new');
  expect(refusalLine('properties.order_id: Order Completed needs it', t)).toBe(
    'properties.order_id: gate.needed Order Completed',
  );
});

test('every reason has words in both languages, with the same values in them', () => {
  for (const texts of [zh, en]) {
    const gate: Readonly<Record<string, string>> = texts.gate;
    expect(Object.keys(gate).sort()).toEqual(Object.keys(reasonTexts).sort());
    for (const [code, text] of Object.entries(reasonTexts)) {
      const names = (of: string, sign: RegExp) => [...of.matchAll(sign)].map(([, name]) => name).sort();
      expect(names(gate[code]!, /\{\{(\w+)\}\}/g), code).toEqual(names(text, /\{(\w+)\}/g));
    }
  }
});
