import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { generateApiKey, type OtpOptions } from '../../src/index.js';
import { createHttpClient } from '../helpers/http-client.js';
import { startInProcess } from '../helpers/in-process.js';
import { stopAtEnd } from '../helpers/leftovers.js';

const dayMs = 86_400_000;
const signIns = 10_000;
const mailOf = (person: number) => `p${person}@example.com`;
const numberOf = (person: number) => `+49151${String(10_000_000 + person * 7919)}`;

/** The API on a socket, with limits as shipped. */
async function startApi(options: Partial<OtpOptions>) {
  const service = await startInProcess(() => ({ dayBudgets: 'enforce', shortOpenMax: 2000, ...options }));
  const client = createHttpClient(1);
  stopAtEnd(() => {
    client.close();
    service.close();
  });
  const ask = (path: 'request' | 'verify', body: object, headers: Record<string, string>) =>
    client.post(`${service.url}/api/v1/otp/${path}`, body, headers);
  return { ...service, ask };
}

describe('a back end at 10 000 sign-ins a day, over HTTP', () => {
  test('is refused nothing with a key and without a header that names people', async () => {
    const { key, hash } = generateApiKey();
    const { ask, inbox, clock } = await startApi({ apiKeyHashes: [{ name: 'shop', hash }] });
    const headers = { 'X-API-Key': key };
    for (let person = 0; person < signIns; person++) {
      const identity = person % 2 ? mailOf(person) : numberOf(person);
      const requested = await ask('request', { identity }, headers);
      assert.equal(requested.status, 200, `${identity}: ${requested.body['code']}`);
      const otp = inbox.lastCode();
      assert.equal(otp.length, 6, identity);
      const verified = await ask('verify', { identity, otp }, headers);
      assert.equal(verified.status, 200, `${identity}: ${verified.body['code']}`);
      inbox.messages.length = 0;
      clock.advance(dayMs / signIns);
    }
  });

  test('has nothing but the limit of ten minutes without a key, from a private address', async () => {
    // More than the limit of ten minutes lets through.
    const gapMs = 600_000 / 70;
    const { ask, inbox, clock } = await startApi({ trustedProxies: ['loopback'] });
    const headers = { 'X-Forwarded-For': '10.1.2.3' };
    const limits = new Set<unknown>();
    let done = 0;
    for (let person = 0; person < signIns; person++) {
      const identity = mailOf(person);
      const requested = await ask('request', { identity }, headers);
      if (requested.status === 200) {
        const verified = await ask('verify', { identity, otp: inbox.lastCode() }, headers);
        assert.equal(verified.status, 200, identity);
        done += 1;
      } else {
        limits.add(requested.body['limit']);
      }
      inbox.messages.length = 0;
      clock.advance(gapMs);
    }
    assert.deepEqual([...limits], ['request_ip']);
    assert.ok(done > (signIns * 49) / 70, `${done} sign-ins`);
  });
});
