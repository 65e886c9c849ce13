import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decode, encode, issueGenuine, keySettings } from '../helpers/forge.js';

const toNumber = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
const toBytes = (value: bigint, length = 32) =>
  Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex');
/** Of P-256 (SEC 2 §2.4.2) and of Ed25519 (RFC 8032 §5.1), the latter written from its last byte. */
const orderOfP256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const primeOfP256 = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const orderOfEd25519 = 2n ** 252n + 27742317777372353535851937790883648493n;
const primeOfEd25519 = 2n ** 255n - 19n;

describe('an ES256 signature', () => {
  const setting = keySettings['ES256'] ?? {};
  async function signWith(change: (r: bigint, s: bigint) => Uint8Array) {
    const genuine = await issueGenuine(setting);
    const [header, payload, signature] = genuine.parts;
    const [r, s] = [decode(signature).subarray(0, 32), decode(signature).subarray(32)].map(toNumber);
    const token = `${header}.${payload}.${encode(change(r as bigint, s as bigint))}`;
    return { ...genuine, changed: token };
  }

  // Attack: the numbers for which a checker that does not look at their range finds every signature right.
  test('of zero, of the order, above the order, or in another form is refused', async () => {
    const special = [0n, 1n, orderOfP256 - 1n, orderOfP256, orderOfP256 + 1n, primeOfP256, 2n ** 256n - 1n];
    const pair = (r: bigint, s: bigint, length = 32) =>
      Buffer.concat([toBytes(r, length), toBytes(s, length)]);
    const der = (value: bigint) => {
      const bytes = Buffer.concat([Buffer.of(0), toBytes(value)]);
      return Buffer.concat([Buffer.of(2, bytes.length), bytes]);
    };
    const changes: ((r: bigint, s: bigint) => Uint8Array)[] = [
      ...special.flatMap((r) => special.map((s) => () => pair(r, s))),
      ...special.map((value) => (r: bigint) => pair(r, value)),
      ...special.map((value) => (_: bigint, s: bigint) => pair(value, s)),
      (r, s) => pair(s, r),
      (r, s) => pair(r, s, 33),
      (r, s) => pair(r, s, 256),
      (r, s) => pair(r + orderOfP256, s, 33),
      (r, s) => pair(r, s + orderOfP256, 33),
      (r, s) => Buffer.concat([pair(r, s), Buffer.of(0)]),
      (r, s) => pair(r, s).subarray(0, 63),
      (r) => toBytes(r),
      (r, s) => Buffer.concat([Buffer.of(0x30, 70), der(r), der(s)]),
      () => Buffer.of(0x30, 6, 2, 1, 0, 2, 1, 0),
      () => Buffer.alloc(0),
      () => Buffer.alloc(64),
    ];
    for (const change of changes) {
      const { tokens, changed } = await signWith(change);
      assert.deepEqual(await tokens.check(changed), { active: false }, changed);
    }
  });

  // Attack: write the signature in its other form, s as n - s, so that a token on a deny-list reads like a new one.
  test('has a second form that anyone can write, and both are the one token when it is revoked', async () => {
    for (const revoked of ['token', 'changed'] as const) {
      const { tokens, token, changed } = await signWith((r, s) =>
        Buffer.concat([toBytes(r), toBytes(orderOfP256 - s)]),
      );
      // FIPS 186-5 makes both forms right, and signers make either, so neither can be refused.
      assert.notEqual(changed, token);
      assert.deepEqual(await tokens.check(changed), await tokens.check(token));
      assert.equal((await tokens.check(changed)).active, true);
      await tokens.revoke(revoked === 'token' ? token : changed);
      assert.deepEqual(await tokens.check(token), { active: false });
      assert.deepEqual(await tokens.check(changed), { active: false });
    }
  });
});

describe('an EdDSA signature', () => {
  const reverse = (bytes: Uint8Array) => Buffer.from(bytes).reverse();
  const little = (value: bigint) => reverse(toBytes(value));

  // Attack: add the order to S, or use points of small order, with which one signature fits many messages.
  test('that is not canonical, of small order, or of another length is refused', async () => {
    const { tokens, parts, token } = await issueGenuine(keySettings['EdDSA'] ?? {});
    const [header, payload, signature] = parts;
    const [r, s] = [decode(signature).subarray(0, 32), decode(signature).subarray(32)];
    const number = toNumber(reverse(s));
    const smallOrder = [
      little(1n),
      little(0n),
      little(primeOfEd25519 - 1n),
      little(primeOfEd25519),
      little(primeOfEd25519 + 1n),
      Buffer.from('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', 'hex'),
      Buffer.from('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', 'hex'),
    ];
    const signatures = [
      ...[1n, 2n, 7n, 15n].map((times) => Buffer.concat([r, little(number + times * orderOfEd25519)])),
      ...smallOrder.flatMap((point) =>
        [0n, 1n, orderOfEd25519, number].map((value) => Buffer.concat([point, little(value)])),
      ),
      Buffer.concat([r, Buffer.alloc(32)]),
      Buffer.concat([s, r]),
      Buffer.concat([r, s, Buffer.of(0)]),
      Buffer.concat([r, s]).subarray(0, 63),
      Buffer.concat([r.subarray(0, 31), Buffer.of((r[31] as number) ^ 0x80), s]),
      Buffer.alloc(64),
      Buffer.alloc(0),
    ];
    for (const each of signatures) {
      const changed = `${header}.${payload}.${encode(each)}`;
      assert.deepEqual(await tokens.check(changed), { active: false }, changed);
    }
    assert.equal((await tokens.check(token)).active, true);
  });
});

describe('every signature', () => {
  for (const name of ['HS256', 'ES256', 'EdDSA']) {
    // Attack: change a token where a checker does not look.
    test(`of ${name} breaks with any one bit of the token`, async () => {
      const { tokens, parts } = await issueGenuine(keySettings[name] ?? {});
      for (const [index, part] of parts.entries()) {
        const bytes = decode(part);
        for (let bit = 0; bit < bytes.length * 8; bit++) {
          const changed = Buffer.from(bytes);
          changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
          const token = parts.map((each, at) => (at === index ? encode(changed) : each)).join('.');
          assert.deepEqual(await tokens.check(token), { active: false });
        }
      }
    });
  }
});
