import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { forge, type Genuine, headerOf, issueGenuine, keySettings, strangeKeyIds } from '../helpers/forge.js';

const attackerUrl = 'https://attacker.example/keys';

/** Headers that no token of ours has: as JSON, or as the text that stands there. */
function* oddHeaders(header: ReturnType<typeof headerOf>, otherKids: unknown[]): Generator<unknown> {
  const { alg, typ, kid, ...rest } = { kid: undefined, ...header };
  const text = JSON.stringify(header);
  for (const other of [undefined, null, '', 'at+jwt', 'JWE', 'JOSE', 'JWT ', 'jwt+', 42, ['JWT'], {}]) {
    yield { ...header, typ: other };
  }
  for (const other of [
    'none',
    alg.toLowerCase(),
    `${alg} `,
    [alg],
    null,
    42,
    'HS512',
    'RS256',
    'ES384',
    'Ed448',
  ]) {
    yield { ...header, alg: other };
  }
  yield { typ, kid };
  for (const other of [
    ...strangeKeyIds,
    ...otherKids,
    kid === undefined ? 'x' : undefined,
    `${kid}x`,
    [kid],
  ]) {
    if (other !== kid) yield { ...header, kid: other };
  }
  for (const extra of [
    { jwk: { kty: 'oct', k: 'AAAA' } },
    { jku: attackerUrl },
    { x5u: attackerUrl },
    { x5c: ['AAAA'] },
    { x5t: 'AAAA' },
    { crit: ['exp'] },
    { crit: ['exp'], exp: 1 },
    { crit: ['alg'] },
    { crit: ['b64'], b64: false },
    { crit: ['b64'], b64: true },
    { crit: [] },
    { crit: 'exp' },
    { crit: null },
    { crit: ['x'], x: 1 },
    { b64: false },
    { b64: true },
    { zip: 'DEF' },
    { zip: '' },
    { cty: 'JWT' },
    { enc: 'A256GCM' },
    { epk: {} },
    { p2c: 1e9, p2s: 'AAAA' },
    { iss: 'stateless-otp', sub: 'mallory@example.com' },
    { nonce: 'x' },
    { ALG: alg },
    { '': 1 },
  ]) {
    yield { ...header, ...rest, ...extra };
  }
  for (const member of ['alg', 'typ', 'kid', '__proto__']) {
    yield text.replace('{', `{"${member}":"none",`);
    yield text.replace('}', `,"${member}":"none"}`);
    yield text.replace('{', `{"${member}":${JSON.stringify({ alg, typ, kid })},`);
  }
  yield text.replace('"alg"', '"\\u0061lg"');
  yield text.replace('JWT', '\\u004aWT');
  yield ` ${text}`;
  yield `${text}\n`;
  yield `\uFEFF${text}`;
  yield `${text}{}`;
  yield text.replaceAll('"', "'");
  yield text.replaceAll(':', ': ');
  yield Buffer.from(text, 'utf16le');
  yield Buffer.concat([Buffer.from(text), Buffer.of(0)]);
  yield [header];
  yield null;
  yield 'null';
  yield '42';
  yield JSON.stringify(text);
}

/** Claims that no token of ours makes. */
function* oddClaims({ claims, token }: Genuine): Generator<unknown> {
  const text = JSON.stringify(claims);
  const set = (name: string, values: unknown[]) => values.map((value) => ({ ...claims, [name]: value }));
  const put = (name: string, json: string) =>
    text.replace(`"${name}":${JSON.stringify(claims[name])}`, `"${name}":${json}`);
  const noDate = ['', '0', String(claims.exp), null, true, [], [claims.exp], {}];
  for (const name of Object.keys(claims)) yield set(name, [undefined])[0];
  yield* set('exp', [...noDate, -1, 0, claims.iat, claims.exp + 0.5, claims.iat + 86_401, 2 ** 53, 1e300]);
  yield* set('iat', [...noDate, -1, -(2 ** 53), claims.iat + 0.5, claims.iat + 301, 1e300]);
  yield* set('nbf', [...noDate, claims.iat + 1, 1e300]);
  yield* set('auth_time', [...noDate, 1.5, 1e300]);
  for (const json of [
    '1e400',
    '-1e400',
    '1E3',
    '1.0',
    '+1',
    '01',
    '0x7fffffff',
    'NaN',
    'Infinity',
    '9'.repeat(400),
  ]) {
    for (const name of ['exp', 'iat', 'auth_time']) yield put(name, json);
    yield text.replace('}', `,"nbf":${json}}`);
  }
  yield* set('iss', ['', 'Stateless-OTP', ['stateless-otp'], 'https://attacker.example', null, 1]);
  yield* set('aud', ['', 'Stateless-OTP', ['stateless-otp'], ['stateless-otp', 'x'], null, {}]);
  yield* set('sub', [
    '',
    1,
    null,
    ['alice@example.com'],
    {},
    'a b',
    'a\r\nRemote-User: b',
    'é',
    '\0',
    '\u2028',
  ]);
  yield* set('jti', [1, null, ['x'], {}]);
  yield* set('namespace', ['', 'shop', 1, null, ['default']]);
  yield* set('purpose', [1, null, ['sign-in'], {}]);
  yield* set('amr', ['otp', null, 1, {}]);
  yield* set('sid', [1, null, ['x'], {}]);
  for (const name of Object.keys(claims)) {
    yield text.replace('{', `{"${name}":"mallory@example.com",`);
    yield text.replace('}', `,"${name}":${JSON.stringify(claims[name])}}`);
    yield text.replace(`"${name}"`, `"\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}"`);
  }
  const { purpose, ...rest } = claims;
  yield JSON.stringify(rest).replace('{', `{"__proto__":{"purpose":"${purpose}"},`);
  yield ` ${text}`;
  yield `${text}\n`;
  yield `\uFEFF${text}`;
  yield `${text}${text}`;
  yield text.replaceAll(':', ': ');
  yield text.slice(0, -1);
  yield Buffer.from(text.replace('alice', '\xff'), 'latin1');
  yield Buffer.from(text.replace('alice', '\xc0\xaf'), 'latin1');
  yield Buffer.from(text.replace('alice', '\xed\xa0\x80'), 'latin1');
  yield Buffer.from(text, 'utf16le');
  yield Buffer.concat([Buffer.from(text), Buffer.of(0)]);
  for (const other of ['', 'null', '42', '"x"', '[]', '{}', '[['.repeat(500), token, JSON.stringify(text)])
    yield other;
  yield [claims];
}

for (const [setting, keyOptions] of Object.entries(keySettings)) {
  describe(setting, () => {
    // Attack: sign something odd with a key of ours: by a shared secret that is used elsewhere too, or a signer that leaks.
    test('accepts from its own keys only the tokens that we make', async () => {
      const genuine = await issueGenuine(keyOptions);
      const { tokens, signers, claims } = genuine;
      let count = 0;
      const expectRefused = async (token: string, what: unknown) => {
        count += 1;
        assert.deepEqual(await tokens.check(token), { active: false }, String(what));
      };
      for (const signer of signers) {
        const header = headerOf(signer);
        assert.equal((await tokens.check(forge(signer, header, claims))).active, true);
        const others = signers.filter((other) => other !== signer).map(({ kid }) => kid);
        for (const odd of oddHeaders(header, others)) {
          await expectRefused(forge(signer, odd, claims), JSON.stringify(odd));
        }
        for (const odd of oddClaims(genuine)) {
          await expectRefused(
            forge(signer, header, odd),
            typeof odd === 'string' ? odd : JSON.stringify(odd),
          );
        }
        for (const other of signers.filter(({ kid }) => kid !== signer.kid)) {
          await expectRefused(forge(signer, headerOf(other), claims), 'the name of our other key');
        }
      }
      assert.ok(count > 200 * signers.length, `${count}`);
    });

    test('accepts a token of 4096 characters and none that is longer', async () => {
      const { tokens, signers, claims } = await issueGenuine(keyOptions);
      const signer = signers[0] as (typeof signers)[number];
      const seen = new Set<boolean>();
      for (let size = 2200; size < 3000; size++) {
        const token = forge(signer, headerOf(signer), { ...claims, pad: 'x'.repeat(size) });
        if (Math.abs(token.length - 4096) > 8) continue;
        const { active } = await tokens.check(token);
        assert.equal(active, token.length <= 4096, `${token.length}`);
        seen.add(active);
      }
      assert.equal(seen.size, 2);
    });
  });
}

// Not refused, since they say the same: RFC 7515 §4.1.9 compares media types without regard to case or the prefix.
test('`typ` may be written as any spelling of the type JWT, by our own key', async () => {
  const { tokens, signers, claims } = await issueGenuine(keySettings['ES256'] ?? {});
  for (const signer of signers) {
    for (const typ of ['JWT', 'jwt', 'application/jwt']) {
      assert.equal((await tokens.check(forge(signer, { ...headerOf(signer), typ }, claims))).active, true);
    }
  }
});
