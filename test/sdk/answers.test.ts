import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { OTPClient, OTPError } from '../../sdk/javascript/src/index.js';
import { problems } from '../../src/http/problems.js';
import { root } from '../helpers/process.js';
import { createSignedInStorage } from '../helpers/signed-in-storage.js';

interface Vector {
  name: string;
  call: 'request_otp' | 'verify_otp' | 'verify_token' | 'verify_bearer' | 'refresh' | 'logout';
  answer: { status: number; headers: Record<string, string>; body: string };
  result?: Record<string, unknown> | null;
  error?: Record<string, unknown>;
}

const { answers }: { answers: Vector[] } = JSON.parse(
  readFileSync(join(root, 'spec/vectors/problems-v1.json'), 'utf8'),
);

/** A client that is signed in, and whose next call is answered as the vector says. */
function createClient({ status, headers, body }: Vector['answer']) {
  return new OTPClient({
    baseUrl: 'https://otp.example.com/api/v1',
    fetch: async () => new Response(status === 204 ? null : body, { status, headers }),
    storage: createSignedInStorage(),
  });
}

function run(call: Vector['call'], client: OTPClient): Promise<unknown> {
  switch (call) {
    case 'request_otp':
      return client.requestOTP('alice@example.com');
    case 'verify_otp':
      return client.verifyOTP('alice@example.com', '482931');
    case 'verify_token':
      return client.verifyToken('token');
    case 'verify_bearer':
      return client.verifyBearer();
    case 'refresh':
      return client.refresh();
    case 'logout':
      return client.logout();
  }
}

/** Members in the spelling of the vectors; `undefined` is their `null`. */
function toSnakeCase(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      member,
    ]),
  );
}

describe('the client makes of an answer what the specification says', () => {
  for (const { name, call, answer, result, error } of answers) {
    test(`${call}: ${name}`, async () => {
      const outcome = run(call, createClient(answer));
      if (error === undefined) {
        assert.deepEqual(toSnakeCase(await outcome), result);
        return;
      }
      await assert.rejects(outcome, (thrown) => {
        assert.ok(thrown instanceof OTPError);
        const { code, status, attemptsLeft, retryAfterSeconds } = thrown;
        assert.deepEqual(toSnakeCase({ code, status, attemptsLeft, retryAfterSeconds }), error);
        return true;
      });
    });
  }
});

test('the codes that the types name are those of the service', () => {
  const types = readFileSync(join(root, 'sdk/javascript/src/errors.ts'), 'utf8');
  const [, union = ''] = /type ServiceErrorCode =([^;]*);/.exec(types) ?? [];
  const named = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code);
  assert.deepEqual(named.sort(), Object.keys(problems).sort());
});
