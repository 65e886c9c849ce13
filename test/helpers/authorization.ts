import fc from 'fast-check';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createManualClock } from './clock.js';
import { createTestOtp } from './otp.js';

/** A gate for example.com on one store, with tokens of every fate. */
export async function createGateKit() {
  const clock = createManualClock();
  const shared = { clock, store: createMemoryStore({ clock }), purposes: ['sign-in', 'payment'] };
  const issuer = createTestOtp(shared);
  const issue = async (identity: string, purpose = 'sign-in') => {
    const result = await issuer.otp.verify(identity, await issuer.obtain(identity, { purpose }), { purpose });
    if (result.status !== 'valid') throw new Error(`expected valid, got ${result.status}`);
    return result.accessToken;
  };
  const expired = await issue('alice@example.com');
  clock.advance(900_000);
  const revoked = await issue('alice@example.com');
  await issuer.otp.revoke(revoked);
  const tokens = {
    good: await issue('alice@example.com'),
    /** Of someone who may not enter. */
    unwelcome: await issue('bob@example.org'),
    payment: await issue('alice@example.com', 'payment'),
    expired,
    revoked,
  };
  const { otp } = createTestOtp({ ...shared, gateAllow: ['@example.com'] });
  return { handler: otp.handler, tokens };
}

export type GateTokens = Awaited<ReturnType<typeof createGateKit>>['tokens'];

/** Bytes of a header value, as the characters that stand for them. */
const anyBytes = (maxLength: number, first = 0x20) =>
  fc.uint8Array({ min: first, max: 0xff, maxLength }).map((bytes) => Buffer.from(bytes).toString('latin1'));

/** What a client may put into an Authorization header, most of it near to a token of ours. Characters are bytes. */
export function generateAuthorization(tokens: GateTokens, firstByte = 0x20): fc.Arbitrary<string> {
  const token = fc.constantFrom(...Object.values(tokens));
  const letters = fc.string({ unit: fc.constantFrom(...'ABCxyz019-_.=+/~'), maxLength: 80 });
  const json = fc.dictionary(
    fc.constantFrom('alg', 'typ', 'kid', 'crit', 'jwk', 'sub', 'exp', 'aud'),
    fc.jsonValue(),
    {
      maxKeys: 4,
    },
  );
  const encoded = fc.oneof(json, fc.jsonValue({ maxDepth: 1 })).map((value) => {
    return Buffer.from(JSON.stringify(value)).toString('base64url');
  });
  const damaged = fc
    .tuple(token, fc.nat({ max: 400 }), fc.nat({ max: 3 }), fc.oneof(letters, anyBytes(3, firstByte)))
    .map(([text, at, removed, put]) => text.slice(0, at) + put.slice(0, 5) + text.slice(at + removed));
  const credential = fc.oneof(
    { weight: 2, arbitrary: token },
    { weight: 3, arbitrary: damaged },
    { weight: 2, arbitrary: fc.tuple(encoded, encoded, letters).map((parts) => parts.join('.')) },
    { weight: 1, arbitrary: fc.tuple(token, token).map(([one, two]) => `${one}, Bearer ${two}`) },
    { weight: 2, arbitrary: letters },
    { weight: 2, arbitrary: anyBytes(60, firstByte) },
  );
  const scheme = fc.oneof(
    { weight: 6, arbitrary: fc.constant('Bearer ') },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        'bearer ',
        'BEARER  ',
        'Bearer',
        'Bearer\t',
        '',
        ' Bearer ',
        'Basic ',
        'DPoP ',
      ),
    },
    { weight: 1, arbitrary: anyBytes(8, firstByte) },
  );
  const end = fc.constantFrom('', '', '', ' ', '   ', '=', ',', ';', '\t', '.');
  return fc.oneof(
    { weight: 9, arbitrary: fc.tuple(scheme, credential, end).map((parts) => parts.join('')) },
    { weight: 1, arbitrary: anyBytes(200, firstByte) },
  );
}

/** Which of the tokens a header brings, by our own reading of RFC 6750 §2.1; undefined for none. */
export function findBearer(header: string, tokens: GateTokens): keyof GateTokens | undefined {
  const credential = header.replace(/^[\t ]+|[\t ]+$/g, '').replace(/^bearer +/i, '\n');
  return (Object.keys(tokens) as (keyof GateTokens)[]).find((name) => credential === `\n${tokens[name]}`);
}
