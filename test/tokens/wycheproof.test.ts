import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { compactVerify, importJWK, type JWK } from 'jose';
import { type CheckingKey, createTokenKeys } from '../../src/tokens/keys.js';
import { checkSigned } from '../../src/tokens/signed.js';

interface Vector {
  tcId: number;
  comment: string;
  jws: string;
  result: 'valid' | 'invalid';
}

interface Group<Keys> {
  comment: string;
  private?: Keys;
  public?: Keys;
  tests: Vector[];
}

/** Where we do not do as the vectors say; the README beside them says why. */
const sameAsValid = [367, 370];
const notOurSpelling = [372, 373, 376, 377];

const signatures = readGroups<JWK>('json-web-signature');
const keySets = readGroups<{ keys: JWK[] }>('json-web-key');

function readGroups<Keys>(name: string): Group<Keys>[] {
  const file = new URL(`../vectors/wycheproof/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')).testGroups;
}

/** A key as we import it; its name is the one that the vectors use, where ours would be its thumbprint, or none. */
function importKey({ kty, k = '', kid = '', ...rest }: JWK): CheckingKey {
  if (kty === 'oct') {
    const secret = Buffer.from(k, 'base64url');
    const hmac = { name: 'HMAC', hash: 'SHA-256' };
    return {
      algorithm: 'HS256',
      kid,
      loadKey: () => webcrypto.subtle.importKey('raw', secret, hmac, false, ['verify']),
    };
  }
  const { signing } = createTokenKeys({ privateKey: JSON.stringify({ kty, ...rest }) });
  return { ...signing, kid };
}

const isAccepted = async (jws: string, keys: CheckingKey[]) =>
  (await checkSigned(jws, keys, compactVerify)) !== null;

const isForSigning = ({ private: key }: Group<JWK>) => key?.alg === 'ES256' || key?.alg === 'HS256';

describe('Wycheproof, JSON Web Signature', () => {
  test('the copy is true: jose by itself accepts every signature that is marked valid', async () => {
    for (const { private: secret, public: key = secret, tests } of signatures) {
      for (const { tcId, jws, result } of tests) {
        if (result === 'invalid' || [372, 373].includes(tcId)) continue;
        await compactVerify(jws, await importJWK(key as JWK, key?.alg));
      }
    }
  });

  for (const { comment, private: key, tests } of signatures.filter(isForSigning)) {
    for (const { tcId, comment: what, jws, result } of tests) {
      const isGood = (result === 'valid' && !notOurSpelling.includes(tcId)) || sameAsValid.includes(tcId);
      test(`${tcId} ${comment} ${what} is ${isGood ? 'accepted' : 'refused'}`, async () => {
        assert.equal(await isAccepted(jws, [importKey(key as JWK)]), isGood);
        // By the names that our keys really have, not even the good ones are of ours.
        const { kid: _, ...unnamed } = importKey(key as JWK);
        assert.equal(await isAccepted(jws, [unnamed]), false);
      });
    }
  }

  // Attack: present what is valid under another key or another algorithm, or is not signed at all.
  test('no key accepts what belongs to another, RS256 and `none` included', async () => {
    const keys = signatures.filter(isForSigning).map((group) => importKey(group.private as JWK));
    const foreign = signatures.filter((group) => !isForSigning(group) && group.private === undefined);
    assert.deepEqual(
      foreign.flatMap(({ tests }) => tests.map(({ tcId }) => tcId)),
      [33, 341, 342, 343, 344],
    );
    for (const { jws } of foreign.flatMap(({ tests }) => tests)) {
      assert.equal(await isAccepted(jws, keys), false);
      for (const key of keys) {
        for (const kid of ['kid-rsa-sign', 'none', 'PS512_2048']) {
          assert.equal(await isAccepted(jws, [{ ...key, kid }]), false);
        }
      }
    }
  });

  // Attack: sign with a key that was made for encryption only.
  test('354 and 356: a key that is for encryption is not taken as one for signatures', () => {
    const groups = signatures.filter(({ comment }) => comment === 'ec_key_for_encryption');
    assert.equal(groups.length, 2);
    for (const { private: key } of groups) {
      assert.throws(() => createTokenKeys({ privateKey: JSON.stringify(key) }), RangeError);
    }
  });
});

describe('Wycheproof, JSON Web Key', () => {
  const findCase = (id: number) => {
    const group = keySets.find(({ tests }) => tests.some(({ tcId }) => tcId === id)) as Group<{
      keys: JWK[];
    }>;
    return {
      set: group.private as { keys: JWK[] },
      jws: group.tests.find(({ tcId }) => tcId === id)?.jws ?? '',
    };
  };
  const [why, refused] = [/^(TypeError|RangeError): jwtPrivateKey /, [1, 2, 3, 4, 10, 13, 16, 25, 26]];

  test('shared secrets are never read from a JWK Set, mixed with public keys or not', () => {
    for (const id of refused) {
      assert.throws(() => createTokenKeys({ privateKey: JSON.stringify(findCase(id).set) }), why, `${id}`);
    }
  });

  for (const [id, what] of [
    [19, 'whose algorithm is not that of its curve'],
    [20, 'whose algorithm does not exist'],
    [21, 'for encryption'],
    [22, 'whose public point is not on the curve'],
    [23, 'whose curve is not that of its point'],
    [24, 'whose type is not that of its members'],
  ] as const) {
    test(`${id}: a key ${what} is refused`, async () => {
      const { set, jws } = findCase(id);
      assert.throws(() => createTokenKeys({ privateKey: JSON.stringify(set) }), why);
      assert.throws(() => createTokenKeys({ privateKey: JSON.stringify(set.keys[0]) }), why);
      // It is the key and not the signature that is wrong: under the key as it should be it is valid.
      assert.equal(await isAccepted(jws, [importKey(signatures[1]?.private as JWK)]), true);
    });
  }

  test('2, 3: of two secrets the one that is named checks, and a changed signature is refused by both', async () => {
    const keys = findCase(2).set.keys.map(importKey);
    assert.equal(await isAccepted(findCase(2).jws, keys), true);
    assert.equal(await isAccepted(findCase(3).jws, keys), false);
  });

  test('10, 13, 16: a secret of 31 bytes or none is refused, and a long one checks', async () => {
    const decodeSecret = (id: number) =>
      Buffer.from(findCase(id).set.keys[0]?.k ?? '', 'base64url').toString();
    for (const id of [10, 16]) {
      assert.throws(
        () => createTokenKeys({ secret: decodeSecret(id) }),
        /jwtSecret must be at least 32 bytes/,
      );
    }
    const { signing } = createTokenKeys({ secret: decodeSecret(13) });
    assert.equal(await isAccepted(findCase(13).jws, [{ ...signing, kid: 'long_hs256_key' }]), true);
  });
});
