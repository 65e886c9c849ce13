import assert from 'node:assert/strict';
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { describe, test } from 'node:test';
import { createTokenKeys } from '../../src/tokens/keys.js';
import {
  createHmacSigner,
  encode,
  forge,
  type Genuine,
  issueGenuine,
  keySettings,
  strangeKeyIds,
} from '../helpers/forge.js';
import { createPem } from '../helpers/tokens.js';

const attackers = (['P-256', 'Ed25519'] as const).map((curve) => {
  const { signing, jwks } = createTokenKeys({ privateKey: createPem(curve) });
  return { ...signing, jwk: jwks.keys[0] };
});
const algorithms = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'PS256',
  'ES256',
  'ES384',
  'ES512',
  'ES256K',
  'EdDSA',
];

/** What of our public keys a careless checker may take for a secret. */
function spellPublicKeys({ jwks }: Genuine): (string | Buffer)[] {
  return jwks.flatMap((jwk) => {
    const key = createPublicKey({ key: jwk as unknown as JsonWebKey, format: 'jwk' });
    const pem = key.export({ type: 'spki', format: 'pem' }).toString();
    const [x, y] = [jwk.x, jwk.y ?? ''].map((part) => Buffer.from(part, 'base64url'));
    const { kid: _, alg: __, use: ___, ...bare } = jwk;
    return [
      pem,
      pem.trim(),
      pem.replaceAll('\n', '\r\n'),
      pem.replaceAll(/-----.*-----|\n/g, ''),
      key.export({ type: 'spki', format: 'der' }),
      Buffer.concat([Buffer.of(4), x as Buffer, y as Buffer]),
      Buffer.concat([x as Buffer, y as Buffer]),
      x as Buffer,
      jwk.x,
      jwk.kid,
      JSON.stringify(jwk),
      JSON.stringify(bare),
      JSON.stringify({ keys: jwks }),
    ];
  });
}

/** Tokens that an attacker makes from public knowledge and keys of their own, for one of our configurations. */
function* forgeTokens(genuine: Genuine): Generator<[what: string, token: string]> {
  const { header, claims, parts, jwks, token } = genuine;
  const [, payload, signature] = parts;
  const evil = { ...claims, sub: 'mallory@example.com' };

  for (const alg of [
    'none',
    'None',
    'NONE',
    'nOnE',
    'noNe',
    '',
    null,
    0,
    false,
    [],
    ['none'],
    {},
    undefined,
  ]) {
    for (const end of ['', signature, encode('none')]) {
      for (const [what, claimed] of [
        ['of ours', claims],
        ['of another', evil],
      ]) {
        yield [`no algorithm, claims ${what}`, `${encode({ ...header, alg })}.${encode(claimed)}.${end}`];
      }
    }
  }
  for (const alg of algorithms.filter((name) => name !== header.alg)) {
    yield [`our signature called ${alg}`, `${encode({ ...header, alg })}.${payload}.${signature}`];
  }
  yield [
    'our signature under a name in small letters',
    swapHeader({ ...header, alg: header.alg.toLowerCase() }),
  ];
  yield ['our signature over other claims', `${parts[0]}.${encode(evil)}.${signature}`];

  const kids = [undefined, header.kid, ...jwks.map(({ kid }) => kid)];
  for (const kid of kids) {
    for (const secret of [...spellPublicKeys(genuine), '', 'secret', '\0'.repeat(32)]) {
      for (const [alg, hash] of [
        ['HS256', 'sha256'],
        ['HS384', 'sha384'],
        ['HS512', 'sha512'],
        ['RS256', 'sha256'],
        ['ES256', 'sha256'],
        ['EdDSA', 'sha512'],
      ] as const) {
        const forged = forge(createHmacSigner(secret, hash), { ...header, alg, kid }, evil);
        yield [`a public key as the secret of ${alg}`, forged];
      }
    }
  }
  for (const attacker of attackers) {
    const { algorithm: alg, kid } = attacker;
    const { jwk } = attacker;
    for (const extra of [
      { jwk },
      { jwk: { ...jwk, kid: header.kid } },
      { jku: 'https://attacker.example/.well-known/jwks.json' },
      { jku: 'http://127.0.0.1:1/jwks.json' },
      { x5u: 'https://attacker.example/chain.pem' },
      { x5c: [encode('a certificate')] },
      { x5t: encode('a hash') },
      { 'x5t#S256': encode('a hash') },
      { crit: ['jwk'], jwk },
      { iss: 'https://attacker.example' },
      {},
    ]) {
      for (const name of [header.kid, kid, ...kids, ...strangeKeyIds]) {
        yield [
          `a key of their own, ${Object.keys(extra)}`,
          forge(attacker, { alg, typ: 'JWT', kid: name, ...extra }, evil),
        ];
        yield ['the same, named as ours', forge(attacker, { ...header, kid: name, ...extra }, evil)];
      }
    }
  }
  const respelt = [
    `${token}.`,
    `.${token}`,
    `${token}.${signature}`,
    `${parts[0]}.${payload}`,
    `${parts[0]}.${payload}.`,
    `${parts[0]}..${signature}`,
    `.${payload}.${signature}`,
    `${token}=`,
    `${token}==`,
    ` ${token}`,
    `${token} `,
    `${token}\n`,
    `${token}\0`,
    `${parts[0]}=.${payload}.${signature}`,
    `${parts[0]} .${payload}.${signature}`,
    `${parts[0]}.${payload}.${signature.slice(0, -1)}`,
    `${parts[0]}.${payload}.${signature.slice(0, 22)}`,
    `${parts[0]}.${payload}.${signature.slice(0, 20)}`,
    `${token}AAAA`,
    `${token.replaceAll('.', ' ')}`,
    `Bearer ${token}`,
    encode(token),
    JSON.stringify(token),
    JSON.stringify({ protected: parts[0], payload, signature }),
    JSON.stringify({ payload, signatures: [{ protected: parts[0], signature }] }),
    `${parts[0]}.${parts[0]}.${payload}.${signature}.${signature}`,
    forge(attackers[0] as never, { ...header, cty: 'JWT' }, token),
    `${encode({ alg: 'dir', enc: 'A256GCM' })}..AAAA.${payload}.AAAA`,
  ];
  for (const each of respelt) yield ['a good token in another spelling', each];

  function swapHeader(changed: object) {
    return `${encode(changed)}.${payload}.${signature}`;
  }
}

for (const [setting, keyOptions] of Object.entries(keySettings)) {
  describe(setting, () => {
    // Attack: forge a token by choosing the algorithm, the key or where it comes from oneself (RFC 8725 §2).
    test('accepts nothing that was not signed with our keys', async () => {
      const genuine = await issueGenuine(keyOptions);
      assert.equal((await genuine.tokens.check(genuine.token)).active, true);
      let count = 0;
      for (const [what, token] of forgeTokens(genuine)) {
        count += 1;
        assert.deepEqual(await genuine.tokens.check(token), { active: false }, `${what}: ${token}`);
      }
      assert.ok(count > 900, `${count}`);
      assert.equal((await genuine.tokens.check(genuine.token)).active, true);
    });
  });
}
