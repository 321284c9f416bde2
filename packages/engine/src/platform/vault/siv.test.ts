import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Siv } from './siv.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

test('RFC 5297 A.1: deterministic authenticated encryption', () => {
  const siv = new Siv(hex('fffefdfc fbfaf9f8 f7f6f5f4 f3f2f1f0 f0f1f2f3 f4f5f6f7 f8f9fafb fcfdfeff'));
  const associated = [hex('10111213 14151617 18191a1b 1c1d1e1f 20212223 24252627')];
  const plain = hex('11223344 55667788 99aabbcc ddee');
  const sealed = siv.seal(plain, associated);
  expect(sealed.toString('hex')).toBe('85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c');
  expect(siv.open(sealed, associated)).toEqual(plain);
});

test('RFC 5297 A.2: nonce-based, with several associated data', () => {
  const siv = new Siv(hex('7f7e7d7c 7b7a7978 77767574 73727170 40414243 44454647 48494a4b 4c4d4e4f'));
  const associated = [
    hex('00112233 44556677 8899aabb ccddeeff deaddada deaddada ffeeddcc bbaa9988 77665544 33221100'),
    hex('10203040 50607080 90a0'),
    hex('09f91102 9d74e35b d84156c5 635688c0'),
  ];
  const plain = hex(`74686973 20697320 736f6d65 20706c61 696e7465 78742074 6f20656e 63727970
    74207573 696e6720 5349562d 414553`);
  expect(siv.seal(plain, associated).toString('hex')).toBe(
    '7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17dba77ceb094fa663b7a3f748ba8af829ea64ad544a272e9c485b62a3fd5c0d',
  );
});

test('whatever was sealed opens, and nothing that was changed does', () => {
  const siv = new Siv(Buffer.alloc(64, 7));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), (bytes, where) => {
      const plain = Buffer.from(bytes);
      const sealed = siv.seal(plain);
      expect(siv.open(sealed)?.equals(plain)).toBe(true);
      const changed = Buffer.from(sealed);
      changed[where % changed.length]! ^= 1;
      expect(siv.open(changed)).toBeNull();
      expect(siv.open(sealed, [Buffer.from('other')])).toBeNull();
    }),
  );
});
