import { describe, expect, it } from 'vitest';
import { maskIdentifier, maskJson, maskPerson, maskText } from './mask.ts';

describe('masking', () => {
  it('hides phone numbers and e-mails in a text, and leaves orders and prices', () => {
    expect(maskText('call 13812345678')).toBe('call 138••••5678');
    expect(maskText('+8613812345678')).toBe('+86138••••5678');
    expect(maskText('+14155550123')).toBe('+141••••0123');
    expect(maskText('li.ping@example.com')).toBe('l•••@example.com');
    for (const kept of ['O882455', '2026-11-21', '168.00', 'P1004', '536365', 'd-417215552827', '1767225600000'])
      expect(maskText(kept)).toBe(kept);
  });

  it('shows initials of names and keeps codes', () => {
    expect(maskPerson('Wang Ping')).toBe('W•• P••');
    expect(maskPerson('\u738b\u5c0f\u660e')).toBe('\u738b••');
    expect(maskPerson('C-10293')).toBe('C-10293');
    expect(maskPerson('13812345678')).toBe('138••••5678');
  });

  it('hides identifiers of personal kinds whatever they look like', () => {
    expect(maskIdentifier('phone', '4008001234')).not.toContain('8001');
    expect(maskIdentifier('user_id', 'U10023')).toBe('U10023');
  });

  it('reaches into JSON', () => {
    const masked = maskJson({
      traits: { name: 'Wang Ping', phone: '13812345678', address: 'No. 1 Road' },
      properties: { name: 'Serum', price: 168 },
    });
    expect(masked).toEqual({
      traits: { name: 'W•• P••', phone: '138••••5678', address: '••••••' },
      properties: { name: 'Serum', price: 168 },
    });
  });
});
