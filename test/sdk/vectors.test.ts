import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OTPClient, OTPError } from '../../sdk/javascript/src/index.js';
import { createTestOtp } from '../helpers/otp.js';
import { readVectors } from '../helpers/vectors.js';

interface Identity {
  input: unknown;
  default_country: string | null;
  value?: string;
}
interface TypedCode {
  input: unknown;
  code?: string;
}

const identities = readVectors<{ accepted: Identity[]; refused: Identity[] }>('identities-v1.json');
const typedCodes = readVectors<{ accepted: TypedCode[]; refused: TypedCode[] }>('typed-codes-v1.json');

const maxAttempts = 100;

/** A client in front of a service of its own, without limits that this many calls would reach. */
function start(defaultCountry: string | null = null) {
  const { otp, inbox } = createTestOtp({
    ...{ requestIpMax: 0, verifyIpMax: 0, requestIdentityMax: 1000, maxAttempts, lengthenAfter: 0 },
    defaultCountry: defaultCountry ?? undefined,
  });
  const client = new OTPClient({
    baseUrl: 'http://localhost/api/v1',
    fetch: (url, init) => otp.handler(new Request(url, init)),
  });
  return { client, inbox };
}

/** A service for each country under which identities are read. */
const services = new Map<string | null, ReturnType<typeof start>>();
function serve(country: string | null) {
  const service = services.get(country) ?? start(country);
  services.set(country, service);
  return service;
}

test('an identity reaches the service as it was typed, and its token names the canonical form', async () => {
  for (const { input, default_country, value } of identities.accepted) {
    const { client, inbox } = serve(default_country);
    await client.requestOTP(input as string, { bind: true });
    await client.verifyOTP(input as string, inbox.lastCode());
    const { claims } = await client.verifyBearer();
    assert.equal(claims?.sub, value, JSON.stringify(input));
  }
});

test('an identity that names nobody is refused by the service, in words of the protocol', async () => {
  for (const { input, default_country } of identities.refused) {
    const { client } = serve(default_country);
    await assert.rejects(client.requestOTP(input as string), ({ code, status }: OTPError) => {
      assert.ok(['invalid_identity', 'invalid_request'].includes(code), `${code}: ${JSON.stringify(input)}`);
      return status === 400;
    });
  }
});

test('a code reaches the service as it was typed, and only what can be a code costs an attempt', async () => {
  const { client, inbox } = start();
  await client.requestOTP('alice@example.com', { bind: true });
  const attempt = (typed: unknown) =>
    client.verifyOTP('alice@example.com', typed as string).catch((error: unknown) => error);
  for (const { input } of typedCodes.refused) {
    const error = await attempt(input);
    assert.ok(error instanceof OTPError && error.code === 'invalid_request', JSON.stringify(input));
  }
  let attemptsLeft = maxAttempts;
  for (const { input, code } of typedCodes.accepted.filter(({ code }) => code !== inbox.lastCode())) {
    attemptsLeft -= 1;
    const error = await attempt(input);
    assert.ok(
      error instanceof OTPError && error.code === 'invalid_code',
      `${code}: ${JSON.stringify(input)}`,
    );
    assert.equal(error.attemptsLeft, attemptsLeft);
  }
  assert.equal((await client.verifyOTP('alice@example.com', inbox.lastCode())).tokenType, 'bearer');
});
