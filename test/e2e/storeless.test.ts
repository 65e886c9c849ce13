import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readConsoleCodes } from '../helpers/console-codes.js';
import { startShiftedService } from '../helpers/fake-time.js';
import { type Service, sharedSecrets, unlimited } from '../helpers/fleet.js';
import { createHttpClient } from '../helpers/http-client.js';
import { startService } from '../helpers/process.js';
import { startRollingLoad } from '../helpers/rolling-load.js';

const quiet = { LOG_LEVEL: 'silent' };
/** Whatever else they might share is not given to them. */
const settings = { ...sharedSecrets, ...unlimited, ...quiet };
const none = { STORE: 'none' };
const window = { OTP_MODE: 'window', OTP_ALLOW_UNREQUESTED_CODES: 'true', OTP_WINDOW_SECONDS: '600' };
const nextKey = 'dGhlLW5leHQtbWFzdGVyLXNlY3JldC1vZi1hLXJvdGF0aW9uLTAx';
const rounds = 10;
const codesOfRound = 100;

interface Sent {
  identity: string;
  otp: string;
  /** Undefined where there are none. */
  challenge: unknown;
}

const client = createHttpClient();
after(client.close);

/** A service of its own, and how to ask it. */
function track(service: Service) {
  const readCode = readConsoleCodes(service);
  const post = (path: string, body: object) => client.post(`${service.url}/api/v1/${path}`, body);
  return {
    stop: service.stop,
    post,
    async send(identity: string, more: object = {}): Promise<Sent> {
      const { status, body } = await post('otp/request', { identity, ...more });
      assert.equal(status, 200, JSON.stringify(body));
      return { identity, otp: await readCode(identity), challenge: body['challenge'] };
    },
    verify: (sent: object) => post('otp/verify', sent),
  };
}
type Instance = ReturnType<typeof track>;

const start = async (env: Record<string, string>) => track(await startService({ ...settings, ...env }));

for (const [mode, env] of Object.entries({ 'STORE=none': none, 'OTP_MODE=window': window })) {
  test(`with ${mode}, each of two processes that share only the secret verifies what the other has sent, 1000 times, across restarts`, async (t) => {
    let pair: [Instance, Instance] = await Promise.all([start(env), start(env)]);
    t.after(() => Promise.all(pair.map(({ stop }) => stop())));
    let verified = 0;
    for (let round = 0; round < rounds; round++) {
      const sent = await Promise.all(
        Array.from({ length: codesOfRound }, (_, index) =>
          pair[index % 2]?.send(`user:${mode}.${round}.${index}`.replaceAll('=', '.')),
        ),
      );
      // The one that has sent half of these codes is gone, and so is the one that would verify the other half.
      const [one, other] = pair;
      if (round % 2 === 0) pair = [await start(env), other];
      else pair = [one, await start(env)];
      await (round % 2 === 0 ? one : other).stop();
      await Promise.all(
        sent.map(async (each, index) => {
          assert.ok(each);
          const [sender, verifier] = index % 2 === 0 ? pair : pair.toReversed();
          // Of digits, any other might be the code of a neighbouring window.
          if (each.challenge !== undefined) {
            const wrong = await verifier?.verify({ ...each, otp: makeWrongText(each.otp) });
            assert.equal(wrong?.status, 401, JSON.stringify(wrong?.body));
          }
          const { status, body } = (await verifier?.verify(each)) ?? {};
          assert.equal(status, 200, JSON.stringify(body));
          const checked = await sender?.post('token/verify', { token: body?.['access_token'] });
          assert.equal(checked?.body['active'], true);
          verified += 1;
        }),
      );
    }
    assert.equal(verified, rounds * codesOfRound);
  });

  test(`with ${mode}, OTP_SECRET_KEY rotates in three rolling deploys under load without a failed flow, and afterwards a code of the old key is refused`, async (t) => {
    const { OTP_SECRET_KEY, JWT_SECRET } = sharedSecrets;
    const common = { ...env, JWT_SECRET, ...quiet };
    let keys: Record<string, string> = { OTP_SECRET_KEY };
    const load = await startRollingLoad({ start: (more) => startService({ ...common, ...more, ...keys }) });
    t.after(load.stop);
    const ofOldKey = await start(env);
    t.after(() => ofOldKey.stop());
    const old = await ofOldKey.send('user:old.key');
    const deploys: Record<string, string>[] = [
      { OTP_SECRET_KEY, OTP_SECRET_KEY_PREVIOUS: nextKey },
      { OTP_SECRET_KEY: nextKey, OTP_SECRET_KEY_PREVIOUS: OTP_SECRET_KEY },
      { OTP_SECRET_KEY: nextKey },
    ];
    const ask = async (index: number) => {
      const response = await load.fetch(index, '/api/v1/otp/verify', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(old),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    for (const deploy of deploys) {
      for (const index of [0, 1]) assert.equal((await ask(index)).status, 200);
      keys = { ...deploy, OTP_IDENTITY_KEY: OTP_SECRET_KEY };
      await load.deploy();
    }
    const { calls } = await load.finish(1000);
    t.diagnostic(`${calls} requests`);
    assert.deepEqual(load.failures, []);
    const refused = mode === 'STORE=none' ? [410, 'expired_code'] : [401, 'invalid_code'];
    for (const index of [0, 1]) {
      const { status, body } = await ask(index);
      assert.deepEqual([status, body['code']], refused);
    }
  });
}

describe('a challenge over HTTP', () => {
  const purposes = { OTP_PURPOSES: 'sign-in,pay' };
  let service: Instance;
  let others: Instance[];
  let early: Instance;
  before(async () => {
    const start = async (env: Record<string, string>) =>
      track(await startService({ ...settings, ...none, ...purposes, ...env }));
    early = track(await startShiftedService('-11m', { ...settings, ...none, ...purposes }));
    [service, ...others] = (await Promise.all([
      start({}),
      start({ OTP_NAMESPACE: 'other' }),
      start({ OTP_SECRET_KEY: nextKey }),
    ])) as [Instance, Instance, Instance];
  });
  after(() => Promise.all([service, early, ...(others ?? [])].map((each) => each?.stop())));

  async function assertExpired(sent: object, what: string): Promise<void> {
    const { status, body } = await service.verify(sent);
    assert.deepEqual([status, body.code], [410, 'expired_code'], what);
  }

  // Attack: change, lengthen or shorten a challenge, or put two together.
  test('that was tampered with answers expired_code', async () => {
    const identity = 'alice@example.com';
    const own = await service.send(identity);
    const another = await service.send(identity);
    const text = String(own.challenge);
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (let at = 0; at < text.length; at++) {
      const next = letters[(letters.indexOf(text[at] ?? '') + 1) % letters.length];
      await assertExpired({ ...own, challenge: text.slice(0, at) + next + text.slice(at + 1) }, `${at}`);
      const spliced = text.slice(0, at) + String(another.challenge).slice(at);
      if (spliced !== text && spliced !== another.challenge) {
        await assertExpired({ ...own, challenge: spliced }, `spliced at ${at}`);
      }
    }
    for (const challenge of [`${text}A`, text.slice(1), text.slice(0, -1), text.repeat(2), 'A'.repeat(22)]) {
      await assertExpired({ ...own, challenge }, challenge);
    }
    const { challenge, ...without } = own;
    assert.ok(challenge);
    await assertExpired(without, 'without a challenge');
    assert.equal((await service.verify(own)).status, 200);
  });

  // Attack: use a challenge where it was not made for.
  test('of another identity, purpose, namespace or key, or that has expired, answers expired_code', async () => {
    const identity = 'bob@example.com';
    const swapped = await service.send('mallory@example.com');
    await assertExpired({ ...swapped, identity }, 'of another identity');
    const pay = await service.send(identity, { purpose: 'pay' });
    await assertExpired(pay, 'of another purpose');
    for (const foreign of others) {
      const sent = await foreign.send(identity);
      await assertExpired(sent, 'of another namespace or key');
      assert.equal((await foreign.verify(sent)).status, 200);
    }
    const sent = await early.send(identity);
    await assertExpired(sent, 'that has expired');
    assert.equal((await early.verify(sent)).status, 200);
    assert.equal((await service.verify({ ...pay, purpose: 'pay' })).status, 200);
  });
});

/** Another code in base32. */
function makeWrongText(code: string): string {
  return `${code[0] === '0' ? '1' : '0'}${code.slice(1)}`;
}
