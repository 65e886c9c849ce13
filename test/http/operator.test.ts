import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { generateApiKey, type OtpOptions, type Receipt } from '../../src/index.js';
import { createTestOtp, post } from '../helpers/otp.js';
import { keepLines } from '../helpers/outcomes.js';

const [ops, shop] = [generateApiKey(), generateApiKey()];
const identity = 'alice@example.com';

/** A service with an operator, who may ask. */
function createKit(options: Partial<OtpOptions> & { answer?: () => Receipt | Promise<Receipt> } = {}) {
  const { lines, logger } = keepLines();
  const kit = createTestOtp({
    logger,
    apiKeyHashes: [{ name: 'night-shift', hash: ops.hash, rights: ['operate'] }],
    ...options,
  });
  const call = (
    verb: string,
    body: object = { identity },
    headers: Record<string, string> = { 'X-API-Key': ops.key },
  ) => post(kit.otp.handler, `/api/v1/operator/${verb}`, body, headers);
  const readStatus = async () => (await call('status')).body as unknown as Status;
  return { ...kit, call, readStatus, lines };
}

interface Status {
  identity_tag: string;
  pending: {
    purpose: string;
    age_seconds: number;
    attempts_left: number;
    last_send: { transport: string | null; outcome: string; cause: string | null; at: string };
  }[];
  budgets: { limit: string; used: number; max: number; refills_in_seconds: number }[];
  guesses: { used: number; max: number; resets_in_seconds: number };
  known?: Pick<Status, 'budgets' | 'guesses'>;
  signed_out_at: string | null;
}

const verbs = ['status', 'cancel', 'unblock', 'sign-out'];

describe('the verbs of operators', () => {
  // Attack: look up strangers, or sign them out, with the key of another program or none at all.
  test('take only a key with the right operate', async () => {
    const { otp, call } = createKit({
      apiKeyHashes: [
        { name: 'ops', hash: ops.hash, rights: ['operate'] },
        { name: 'shop', hash: shop.hash },
      ],
    });
    for (const verb of verbs) {
      for (const [headers, status] of [
        [{}, 401],
        [{ 'X-API-Key': 'x' }, 401],
        [{ 'X-API-Key': ops.hash }, 401],
        [{ 'X-API-Key': shop.key }, 403],
        [{ 'X-API-Key': ops.key }, 200],
      ] as const) {
        assert.equal((await call(verb, { identity }, headers)).status, status, verb);
      }
      const wrong = await call(verb, { identity: 'nobody' });
      assert.deepEqual([wrong.status, wrong.body.code], [400, 'invalid_identity']);
      assert.equal((await call(verb, { identity, more: 1 })).body.code, 'invalid_request');
      assert.equal((await otp.handler(new Request(`http://localhost/api/v1/operator/${verb}`))).status, 405);
    }
  });

  test('do not exist where no key has the right', async () => {
    const { otp } = createTestOtp({ apiKeyHashes: [shop.hash] });
    for (const verb of verbs) {
      const path = `/api/v1/operator/${verb}`;
      assert.equal((await post(otp.handler, path, { identity }, { 'X-API-Key': shop.key })).status, 404);
    }
  });

  test('status has exactly its shape, for an identity that nobody knows and for one in use', async () => {
    const { otp, obtain, readStatus, clock, wrong } = createKit({ resendCooldownSeconds: 30 });
    const budgets = [
      { limit: 'request_identity', used: 0, max: 5, refills_in_seconds: 0 },
      { limit: 'verify_identity', used: 0, max: 10, refills_in_seconds: 0 },
      { limit: 'cooldown', used: 0, max: 1, refills_in_seconds: 0 },
    ];
    const unknown = await readStatus();
    assert.match(unknown.identity_tag, /^[A-Za-z0-9_-]{10}$/);
    assert.deepEqual(unknown, {
      identity_tag: unknown.identity_tag,
      pending: [],
      budgets,
      guesses: { used: 0, max: 10, resets_in_seconds: 0 },
      signed_out_at: null,
    });
    const sentAt = new Date(clock()).toISOString();
    const code = await obtain(identity);
    clock.advance(10_000);
    await otp.verify(identity, wrong(code));
    assert.deepEqual(await readStatus(), {
      identity_tag: unknown.identity_tag,
      pending: [
        {
          purpose: 'sign-in',
          channel: 'email',
          bound: false,
          age_seconds: 10,
          attempts_left: 4,
          code_length: 6,
          last_send: { transport: 'inbox', outcome: 'delivered', cause: null, at: sentAt },
        },
      ],
      budgets: [
        { limit: 'request_identity', used: 1, max: 5, refills_in_seconds: 590 },
        { limit: 'verify_identity', used: 1, max: 10, refills_in_seconds: 600 },
        { limit: 'cooldown', used: 1, max: 1, refills_in_seconds: 20 },
      ],
      guesses: { used: 1, max: 10, resets_in_seconds: 46 * 86_400 },
      signed_out_at: null,
    });
  });

  test('status shows what known browsers have used apart from what strangers have', async () => {
    const { otp, obtain, readStatus, wrong } = createKit();
    const code = await obtain(identity);
    assert.equal((await readStatus()).known, undefined);
    const result = await otp.verify(identity, code, { remember: true });
    assert.ok(result.status === 'valid');
    const { device } = result;
    const sent = await otp.request(identity, { device });
    assert.ok(sent.status === 'sent');
    const { challenge } = sent;
    await otp.verify(identity, wrong('123456'), { challenge });
    const { budgets, guesses, known, pending } = await readStatus();
    assert.equal(pending.length, 1);
    assert.deepEqual([guesses.used, budgets[0]?.used], [0, 1]);
    assert.deepEqual([known?.guesses.used, known?.budgets[0]?.used], [1, 1]);
  });

  test('cancel ends the codes, and gives no attempts back', async () => {
    const { otp, obtain, call, readStatus, wrong } = createKit();
    const code = await obtain(identity);
    await otp.verify(identity, wrong(code));
    const done = await call('cancel');
    const { identity_tag } = await readStatus();
    assert.deepEqual(done.body, { success: true, identity_tag, cancelled: 1 });
    assert.equal((await otp.verify(identity, code)).status, 'expired');
    const { pending, guesses, budgets } = await readStatus();
    assert.deepEqual([pending, guesses.used, budgets[0]?.used], [[], 1, 1]);
  });

  test('unblock lets someone in who has used up everything', async () => {
    const { otp, obtain, inbox, call, wrong, readStatus } = createKit({ lengthenAfter: 5, maxAttempts: 5 });
    for (let i = 0; i < 4; i++) await obtain(identity);
    for (let i = 0; i < 5; i++) await otp.verify(identity, wrong(inbox.lastCode()));
    assert.equal((await call('unblock')).status, 200);
    assert.deepEqual((await readStatus()).guesses, { used: 0, max: 5, resets_in_seconds: 0 });
    const code = await obtain(identity);
    assert.equal(code.length, 6);
    assert.equal((await otp.verify(identity, code)).status, 'valid');
  });

  // Attack: talk an operator into unblocking over and over, for new guesses each time.
  test('unblock is refused after three times in 46 days, unless it is forced', async () => {
    const { call, clock } = createKit();
    for (let i = 0; i < 3; i++) assert.equal((await call('unblock')).status, 200);
    const refused = await call('unblock');
    assert.deepEqual([refused.status, refused.body.code], [429, 'rate_limited']);
    assert.ok(Number(refused.headers.get('retry-after')) > 45 * 86_400);
    assert.equal((await call('unblock', { identity, force: false })).status, 429);
    assert.equal((await call('unblock', { identity, force: true })).status, 200);
    assert.equal((await call('unblock', { identity: 'bob@example.com' })).status, 200);
    clock.advance(46 * 86_400_000);
    assert.equal((await call('unblock')).status, 200);
  });

  test('sign-out ends every sign-in, and says when', async () => {
    const { otp, obtain, call, readStatus, clock } = createKit({ refreshTokenTtlSeconds: 3600 });
    const signedIn = await otp.verify(identity, await obtain(identity));
    assert.ok(signedIn.status === 'valid');
    await obtain(identity);
    assert.equal((await call('sign-out', { identity: ' Alice@Example.com ' })).body['cancelled'], 1);
    assert.deepEqual(await otp.verifyToken(signedIn.accessToken), { active: false });
    assert.equal(await otp.refresh(signedIn.refreshToken), null);
    assert.equal(
      (await readStatus()).signed_out_at,
      new Date(Math.floor(clock() / 1000) * 1000).toISOString(),
    );
    const again = await otp.verify(identity, await obtain(identity));
    assert.ok(again.status === 'valid' && (await otp.verifyToken(again.accessToken)).active);
  });

  test('are logged with the name of the operator, and never with the identity', async () => {
    const { call, lines } = createKit();
    for (const verb of verbs) await call(verb);
    const logged = lines.filter(({ event }) => event === 'operator.acted');
    assert.deepEqual(
      logged.map(({ verb, caller, status, level }) => [verb, caller, status, level]),
      verbs.map((verb) => [verb, 'night-shift', 'done', 'warn']),
    );
    assert.equal(new Set(logged.map(({ identity_tag }) => identity_tag)).size, 1);
    assert.doesNotMatch(JSON.stringify(lines), /alice/i);
  });

  test('are there for programs that embed the library', async () => {
    const { otp, obtain } = createKit();
    await obtain(identity);
    const status = await otp.operator.status(identity);
    assert.ok(status.status === 'found' && status.pending.length === 1);
    assert.deepEqual(await otp.operator.cancel('nobody'), { status: 'invalid_identity' });
    const cancelled = await otp.operator.cancel(identity);
    assert.ok(cancelled.status === 'done' && cancelled.cancelled === 1);
  });
});
