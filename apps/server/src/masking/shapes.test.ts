import { guessPii } from '@guanxi/contracts';
import { expect, test } from 'vitest';
import { HIDDEN, maskName, maskPerson, maskText, maskValue } from './shapes.ts';

test.each([
  ['打 13800138000 或 +86 138-0013-8000', '打 138••••8000 或 +86 138••••8000'],
  ['写信到 zhang.wei@example.com.cn', '写信到 z•••@example.com.cn'],
  ['+4915112345678', '+491••••678'],
  ['身份证 11010519491231002X,卡 6222020200112230012', `身份证 ${HIDDEN},卡 ${HIDDEN}`],
  ['订单 2024061200000123 共 3 件', '订单 2024061200000123 共 3 件'],
  ['1.13800138000', '1.13800138000'],
  ['修护面霜 50ml', '修护面霜 50ml'],
])('%s', (text, masked) => {
  expect(maskText(text)).toBe(masked);
  expect(maskText(masked)).toBe(masked);
});

test('names keep their first characters, codes stay', () => {
  expect(['张伟', '欧阳翡翠', 'Mei Lin'].map(maskName)).toEqual(['张•', '欧•••', 'M•• L••']);
  expect(['u1', 'C-10293', 'a@b.com', '+8613800138000', ''].map(maskPerson)).toEqual([
    'u1',
    'C-10293',
    'a•••@b.com',
    '+86138••••8000',
    '',
  ]);
});

test('what is sensitive leaves nothing, what is quasi stays', () => {
  expect(maskValue('浦东新区世纪大道100号', 'sensitive', 'other')).toBe(HIDDEN);
  expect(maskValue('上海', 'quasi', 'other')).toBe('上海');
  expect(maskValue('0755-8866', 'personal', 'phone')).toBe('075••••66');
});

test.each([
  ['mobile', '', 'personal'],
  ['contactPhone', '', 'personal'],
  ['收货人', '', 'personal'],
  ['shipping_address', '', 'sensitive'],
  ['id card', '', 'sensitive'],
  ['email_address', '', 'personal'],
  ['ip_address', '10.0.0.1', 'none'],
  ['note', 'a@b.com', 'personal'],
  ['note', '11010519491231002X', 'sensitive'],
  ['note', '110105194912310021', 'none'],
  ['age', 34, 'quasi'],
  ['favourite_colour', 'green', 'none'],
])('%s = %s is guessed to be %s', (name, value, piiClass) => {
  // Sensitive wins where a key says both.
  expect(guessPii(name as string, value).class).toBe(piiClass);
});
