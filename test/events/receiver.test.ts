import assert from 'node:assert/strict';
import type { LookupFunction } from 'node:net';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { createEvents, type EventFate } from '../../src/events/events.js';
import { createRandomPool } from '../../src/fast/random-pool.js';
import type { Outcome } from '../../src/outcomes/outcome.js';
import { createPublicFetch } from '../../src/transports/public-fetch.js';
import { decodeWebhookSecret } from '../../src/transports/webhook-signature.js';
import { createManualMonotonicClock, settle } from '../helpers/clock.js';
import { type ReceivedRequest, startHttpStub } from '../helpers/http-stub.js';
import { keepOutcomes } from '../helpers/outcomes.js';
import { until } from '../helpers/until.js';

const secret = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const reused: Outcome = {
  event: 'token.reused',
  kind: 'refresh',
  identityTag: 'A1b2C3d4E5_xyz',
  purpose: 'sign-in',
  ip: '203.0.113.7',
};

/** Events for a receiver, on a clock that the test moves. */
function createKit(url: string, allowPrivateTargets = true) {
  const monotonicClock = createManualMonotonicClock();
  const { kept, outcomes } = keepOutcomes();
  const fates: Record<EventFate, number> = { delivered: 0, failed: 0, dropped: 0 };
  const events = createEvents({
    url,
    secret: decodeWebhookSecret(secret),
    allowPrivateTargets,
    clock: Date.now,
    monotonicClock,
    random: createRandomPool(),
    outcomes,
    note(fate, count) {
      fates[fate] += count;
    },
  });
  return { ...events, take: events.sink.take, monotonicClock, kept, fates };
}

const verify = ({ body, headers }: ReceivedRequest) =>
  new Webhook(secret).verify(body, headers as Record<string, string>);

// Attack: send the receiver events of one's own making.
test('an event is signed so that the reference library verifies it', async () => {
  const stub = await startHttpStub({ status: 204 });
  const { take, close, fates } = createKit(`${stub.url}/in?x=1`);
  take(reused);
  await until('the event is there', () => fates.delivered === 1);
  const [request] = stub.received as [ReceivedRequest];
  assert.equal(request.method, 'POST');
  assert.equal(request.path, '/in?x=1');
  assert.equal(request.headers['content-type'], 'application/json');
  const { timestamp, ...event } = verify(request) as { timestamp: string };
  assert.equal(new Date(timestamp).toISOString(), timestamp);
  assert.deepEqual(event, {
    type: 'token.reused',
    data: {
      event: 'token.reused',
      identity_tag: 'A1b2C3d4E5',
      purpose: 'sign-in',
      kind: 'refresh',
      network: '203.0.113.0/24',
    },
  });
  assert.throws(() => new Webhook(`whsec_${'A'.repeat(32)}`).verify(request.body, request.headers as never));
  await close(0);
});

test('an event that is tried again keeps its id and its content', async () => {
  const stub = await startHttpStub({ status: 500 });
  const { take, close, fates, monotonicClock } = createKit(stub.url);
  take(reused);
  await until('it was refused', () => stub.received.length === 1);
  stub.answer({ status: 200 });
  await until('it is delivered', () => {
    monotonicClock.advance(1000);
    return fates.delivered === 1;
  });
  const [first, second] = stub.received as [ReceivedRequest, ReceivedRequest];
  assert.equal(first.headers['webhook-id'], second.headers['webhook-id']);
  assert.equal(first.body, second.body);
  verify(second);
  await close(0);
});

test('several events go over one connection, and each has its own id', async () => {
  const stub = await startHttpStub({ status: 200 });
  const { take, close, fates } = createKit(stub.url);
  const ids = new Set<unknown>();
  for (let sent = 1; sent <= 20; sent++) {
    take(reused);
    await until('it is delivered', () => fates.delivered === sent);
    ids.add(stub.received.at(-1)?.headers['webhook-id']);
  }
  assert.equal(ids.size, 20);
  assert.ok(stub.countConnections() <= 2);
  await close(0);
});

test('410 ends events until the next start, and is said once', async () => {
  const stub = await startHttpStub({ status: 410 });
  const { take, close, kept, fates, sink } = createKit(stub.url);
  take(reused);
  await until('it has stopped', () => !sink.isOn());
  for (let i = 0; i < 50; i++) take(reused);
  await close(0);
  assert.equal(stub.received.length, 1);
  assert.equal(fates.dropped, 51);
  assert.deepEqual(
    kept.map(({ event }) => event),
    ['events.stopped', 'events.lost'],
  );
});

test('other refusals are not repeated, and are counted in few lines', async () => {
  for (const status of [301, 400, 401, 404, 422]) {
    const stub = await startHttpStub({ status, headers: { location: 'http://127.0.0.1:1/' } });
    const { take, close, kept, fates, monotonicClock } = createKit(stub.url);
    for (let i = 0; i < 30; i++) take(reused);
    await until('all are refused', () => fates.failed === 30);
    monotonicClock.advance(60_000);
    await close(0);
    assert.equal(stub.received.length, 30);
    const cause = `refused with HTTP ${status}`;
    assert.deepEqual(kept, [
      { event: 'events.lost', lost: 1, cause },
      { event: 'events.lost', lost: 29, cause },
    ]);
  }
});

test('429 and 503 are waited for as long as Retry-After says', async () => {
  for (const status of [429, 503]) {
    const stub = await startHttpStub({ status, headers: { 'retry-after': '120' } });
    const { take, close, fates, monotonicClock } = createKit(stub.url);
    take(reused);
    await until('it was refused', () => stub.received.length === 1);
    // Until its answer has been read, time would count from before it.
    for (let i = 0; i < 20; i++) await settle();
    stub.answer({ status: 200 });
    await until('it is delivered', () => {
      monotonicClock.advance(1000);
      return fates.delivered === 1;
    });
    assert.ok(monotonicClock.now() >= 120_000);
    assert.equal(stub.received.length, 2);
    await close(0);
  }
});

test('a receiver that is down or breaks off is tried again, and said in words', async () => {
  for (const behaviour of ['reset', 'closed'] as const) {
    const stub = await startHttpStub('reset');
    if (behaviour === 'closed') await stub.close();
    const { take, close, kept, monotonicClock } = createKit(stub.url);
    take(reused);
    await until('it is reported', () => {
      monotonicClock.advance(500);
      return kept.length > 0;
    });
    const [first] = kept;
    assert.equal(first?.event, 'events.failing');
    assert.match(
      String('cause' in first && first.cause),
      behaviour === 'closed' ? /refused the connection.*ECONNREFUSED/ : /ECONNRESET/,
    );
    await close(0);
  }
});

test('a receiver that is slow gets four events at a time, and loses none', async () => {
  const stub = await startHttpStub('silence');
  const { take, close, fates, monotonicClock } = createKit(stub.url);
  for (let i = 0; i < 20; i++) take(reused);
  for (let done = 0; done < 20; done += 4) {
    await until('four are under way', () => stub.received.length === done + 4);
    monotonicClock.advance(9000);
    stub.release({ status: 200 });
    await until('they are delivered', () => fates.delivered === done + 4);
  }
  await close(monotonicClock.now());
  assert.deepEqual(fates, { delivered: 20, failed: 0, dropped: 0 });
});

// Attack: an answer that never ends, to keep events waiting or to fill the memory.
test('an answer is read up to a size, and its status counts', async () => {
  const stub = await startHttpStub({ status: 200, body: 'x'.repeat(5_000_000) });
  const { take, close, fates } = createKit(stub.url);
  for (let i = 0; i < 8; i++) take(reused);
  await until('all are delivered', () => fates.delivered === 8);
  await close(0);
});

test('a receiver that says nothing is given ten seconds for each try', async () => {
  const stub = await startHttpStub('silence');
  const { take, close, kept, fates, monotonicClock } = createKit(stub.url);
  take(reused);
  await until('it is under way', () => stub.received.length === 1);
  monotonicClock.advance(9999);
  await settle();
  assert.equal(stub.received.length, 1);
  await until('it is reported', () => {
    monotonicClock.advance(1000);
    return kept.length > 0;
  });
  assert.deepEqual(kept[0], { event: 'events.failing', cause: 'no answer in time' });
  stub.answer({ status: 200 });
  await until('it is delivered', () => {
    monotonicClock.advance(1000);
    return fates.delivered === 1;
  });
  await close(0);
});

// Attack: make the service talk to what only it can reach, by a name that resolves there (SSRF).
test('nothing is posted to an address that is not public, unless that is allowed', async () => {
  const stub = await startHttpStub();
  const { take, close, kept, monotonicClock } = createKit(`http://localhost:${stub.port}/`, false);
  take(reused);
  await until('it is reported', () => {
    monotonicClock.advance(500);
    return kept.length > 0;
  });
  assert.match(JSON.stringify(kept[0]), /leads to an address that is not public/);
  assert.equal(stub.received.length, 0);
  await close(0);
});

// Attack: DNS rebinding, against connections that are kept.
test('a kept connection goes where it was checked, and a new one is checked again', async () => {
  const stub = await startHttpStub();
  let lookups = 0;
  const lookup: LookupFunction = (_hostname, _options, callback) => {
    lookups += 1;
    callback(null, [{ address: '127.0.0.1', family: 4 }]);
  };
  const { Agent } = await import('node:http');
  const agent = new Agent({ keepAlive: true });
  const post = (allowPrivateTargets: boolean) =>
    createPublicFetch({ allowPrivateTargets, agents: { http: agent, https: agent as never }, lookup })(
      `http://hook.example.com:${stub.port}/`,
      { method: 'POST', headers: {}, body: '', signal: new AbortController().signal, redirect: 'manual' },
    );
  await (await post(true)).text();
  await (await post(true)).text();
  assert.equal(lookups, 1);
  agent.destroy();
  await assert.rejects(post(false), { code: 'ERR_PRIVATE_TARGET' });
  assert.equal(lookups, 2);
  agent.destroy();
});
