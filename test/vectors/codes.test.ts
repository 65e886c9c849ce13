import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveCode, deriveTag } from '../../src/core/code.js';
import { deriveKeys } from '../../src/core/keys.js';
import { decodeSecret } from '../../src/core/secret.js';
import { readVectors } from '../helpers/vectors.js';

interface CodeVector {
  secret: string;
  namespace: string;
  purpose: string;
  identity: string;
  challenge_hex: string;
  unix_seconds: number;
  window_seconds: number;
  digits: number;
  code: string;
  identity_tag: string;
}

const { vectors } = readVectors<{ vectors: CodeVector[] }>('code-v1.json');

test('the core derives the code and the tag of every vector', () => {
  assert.equal(vectors.length, 40);
  for (const { secret, challenge_hex, unix_seconds, window_seconds, digits, ...vector } of vectors) {
    const { namespace, purpose, identity, code, identity_tag } = vector;
    const keys = deriveKeys({ secret: decodeSecret(secret, 'secret') });
    const subject = { namespace, purpose, identity };
    const challenge = Buffer.from(challenge_hex, 'hex');
    const window = Math.floor(unix_seconds / window_seconds);
    assert.equal(deriveCode(keys.current.mac, { ...subject, challenge, window, digits }), code);
    assert.equal(deriveTag(keys.identity, subject), identity_tag);
  }
});
