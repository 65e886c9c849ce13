import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createDerivation } from '../../src/core/derivation.js';
import { deriveKeys } from '../../src/core/keys.js';
import type { Channel } from '../../src/core/policy.js';
import { readVectors } from '../helpers/vectors.js';

interface Vector {
  secret: string;
  namespace: string;
  purpose: string;
  identity: string;
  key_id: string;
  record_id_hex: string;
  opened_at: number;
  life_seconds: number;
  channels: Channel[];
  challenge: string;
  code: string;
}

const { challenges, refused } = readVectors<{
  challenges: Vector[];
  refused: { challenge: string; note: string }[];
}>('challenges-v1.json');

const toRecord = (vector: Vector) => ({
  keyId: vector.key_id,
  challenge: Buffer.from(vector.record_id_hex, 'hex').toString('base64url'),
  openedAtSeconds: vector.opened_at,
  lifeSeconds: vector.life_seconds,
  digits: 12,
  alphabet: 'base32' as const,
  channels: vector.channels,
});
const derive = ({ secret, namespace }: Pick<Vector, 'secret' | 'namespace'>) =>
  createDerivation(deriveKeys({ secret: Buffer.from(secret, 'base64') }), namespace);

describe('challenges that carry their record', () => {
  test('each is as specified, and gives its record back', () => {
    for (const vector of challenges) {
      const derivation = derive(vector);
      const { identity, purpose, challenge } = vector;
      assert.equal(derivation.sealChallenge(identity, purpose, toRecord(vector)), challenge);
      assert.deepEqual(derivation.openChallenge(identity, purpose, challenge), toRecord(vector));
      const window = Math.floor(vector.opened_at / vector.life_seconds);
      assert.equal(derivation.recoverCode(identity, purpose, { ...toRecord(vector), window }), vector.code);
    }
  });

  // Attack: a challenge that was changed, or made for another.
  test('every other one is refused', () => {
    const [first] = challenges;
    assert.ok(first);
    for (const { challenge, note } of refused) {
      assert.equal(derive(first).openChallenge(first.identity, first.purpose, challenge), null, note);
    }
  });

  // Attack: the challenge of one's own address, to verify a code of someone else's, or of another purpose or tenant.
  test('each opens for its own namespace, purpose, identity and secret only', () => {
    for (const vector of challenges) {
      for (const other of challenges) {
        const opened = derive(other).openChallenge(other.identity, other.purpose, vector.challenge);
        assert.equal(opened !== null, other === vector);
      }
      const { identity, purpose, challenge } = vector;
      assert.equal(derive(vector).openChallenge(`x${identity}`, purpose, challenge), null);
      assert.equal(derive(vector).openChallenge(identity, `${purpose}x`, challenge), null);
      assert.equal(derive({ ...vector, namespace: 'x' }).openChallenge(identity, purpose, challenge), null);
    }
  });

  // Attack: any text in place of a challenge.
  test('a change of any bit, and any other text, is refused', () => {
    const [first] = challenges;
    assert.ok(first);
    const derivation = derive(first);
    const bytes = Buffer.from(first.challenge, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(
        derivation.openChallenge(first.identity, first.purpose, changed.toString('base64url')),
        null,
      );
    }
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
        assert.equal(derivation.openChallenge(first.identity, first.purpose, text), null);
      }),
      { seed: 17 },
    );
  });
});
