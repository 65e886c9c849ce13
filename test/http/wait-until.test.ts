import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Hono } from 'hono';
import { createHonoHandler } from '../../src/adapters/hono.js';
import { createNextHandlers } from '../../src/adapters/next.js';
import type { Otp, OtpOptions, Receipt } from '../../src/index.js';
import type { Store } from '../../src/ports.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createManualTime, settle } from '../helpers/clock.js';
import { startHttpStub } from '../helpers/http-stub.js';
import { createTestOtp } from '../helpers/otp.js';
import { until } from '../helpers/until.js';

const identity = 'alice@example.com';
const events = {
  eventsSecret: 'whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=',
  eventsAllowPrivateTargets: true,
};

/** Posts to the handler as a platform does that ends a program once its work has. */
async function post(otp: Otp, path: string, body: object) {
  const works: Promise<unknown>[] = [];
  const request = new Request(`http://localhost/api/v1/otp/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ identity, ...body }),
  });
  const waitUntil = (work: Promise<unknown>) => void works.push(work);
  const response = await otp.handler(request, { remoteAddress: '192.0.2.1', waitUntil });
  const [work, ...others] = works;
  assert.ok(work && others.length === 0, 'waitUntil is called once');
  let isOver = false;
  const over = work.then(() => {
    isOver = true;
  });
  return { response, over, isOver: () => isOver };
}

/** A promise that the test ends. */
function createGate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** This verb of the store takes until the gate is opened. */
function holdVerb(store: Store, verb: 'note' | 'release' | 'refund' | 'retract', gate: Promise<void>): Store {
  const held = store[verb] as ((request: never) => Promise<unknown>) | undefined;
  return {
    ...store,
    async [verb](request: never) {
      await gate;
      return held?.(request);
    },
  };
}

describe('the program is kept running', () => {
  for (const [name, options] of Object.entries({
    'gateAllow lets in some': { gateAllow: ['@example.com'], publicUrl: 'http://localhost' },
    'shouldSend decides': { shouldSend: () => true },
    'messages go out in the background': { deliveryMode: 'background' },
  } satisfies Record<string, Partial<OtpOptions>>)) {
    test(`until a message is sent, where ${name}`, async () => {
      const gate = createGate();
      const answer = async (): Promise<Receipt> => {
        await gate.opened;
        return { ok: true };
      };
      const { otp, inbox } = createTestOtp({ ...options, answer });
      const { response, over, isOver } = await post(otp, 'request', {});
      assert.equal(response.status, 200);
      await until('the message is with the transport', () => inbox.messages.length === 1);
      assert.equal(isOver(), false);
      gate.open();
      await over;
    });
  }

  // Attack: read from how long a function runs, or from what it costs, who may enter.
  test('for as long, where a message is held back', async () => {
    const time = createManualTime();
    const { otp, inbox } = createTestOtp({ time, shouldSend: () => false });
    const { over, isOver } = await post(otp, 'request', {});
    await settle();
    assert.equal(isOver(), false);
    time.clock.advance(10_000);
    await over;
    assert.equal(inbox.messages.length, 0);
  });

  test('until a message that was refused for now is sent', async () => {
    const time = createManualTime();
    const receipts: Receipt[] = [
      { ok: false, category: 'unavailable', retryable: true, detail: 'later' },
      { ok: true },
    ];
    const answer = () => receipts.shift() as Receipt;
    const { otp, inbox } = createTestOtp({ time, deliveryMode: 'background', answer });
    const { over, isOver } = await post(otp, 'request', {});
    await settle();
    assert.deepEqual([inbox.messages.length, isOver()], [1, false]);
    time.clock.advance(2000);
    await over;
    assert.equal(inbox.messages.length, 2);
  });

  for (const verb of ['note', 'release'] as const) {
    test(`until the store knows how a message ended, by ${verb}`, async () => {
      const gate = createGate();
      const time = createManualTime();
      const store = holdVerb(createMemoryStore({ clock: time.clock }), verb, gate.opened);
      const answer = (): Receipt => ({ ok: false, category: 'rejected', retryable: false, detail: 'no' });
      const { otp, inbox } = createTestOtp({ time, store, deliveryMode: 'background', answer });
      const { over, isOver } = await post(otp, 'request', {});
      await until('the message is refused', () => inbox.messages.length === 1);
      await settle();
      assert.equal(isOver(), false);
      gate.open();
      await over;
    });
  }

  test('until what a sign-in gives back is counted', async () => {
    const gate = createGate();
    const time = createManualTime();
    const store = holdVerb(createMemoryStore({ clock: time.clock }), 'refund', gate.opened);
    const { otp, inbox } = createTestOtp({ time, store, dayBudgets: 'enforce' });
    await post(otp, 'request', {});
    const { response, over, isOver } = await post(otp, 'verify', { otp: inbox.lastCode() });
    assert.equal(response.status, 200);
    await settle();
    assert.equal(isOver(), false);
    gate.open();
    await over;
  });

  test('until an attempt is taken back whose answer was lost', async () => {
    const gate = createGate();
    const time = createManualTime();
    const store = holdVerb(createMemoryStore({ clock: time.clock }), 'retract', gate.opened);
    const consume: Store['consume'] = () => Promise.reject(new Error('gone'));
    const { otp, inbox } = createTestOtp({ time, store: { ...store, consume } });
    await post(otp, 'request', {});
    const { over, isOver } = await post(otp, 'verify', { otp: inbox.lastCode() });
    await settle();
    assert.equal(isOver(), false);
    gate.open();
    await over;
  });

  test('until events are posted, that of a message in the background too', async () => {
    const receiver = await startHttpStub({ status: 204 });
    const { otp } = createTestOtp({ ...events, eventsUrl: receiver.url, deliveryMode: 'background' });
    await (await post(otp, 'request', {})).over;
    const types = receiver.received.map(({ body }) => JSON.parse(body).type);
    assert.deepEqual(types.sort(), ['code.sent', 'delivery.delivered']);
    await otp.close();
  });

  test('not for what other requests do later', async () => {
    const gates = [createGate(), createGate()];
    let sent = 0;
    const answer = async (): Promise<Receipt> => {
      await gates[sent++]?.opened;
      return { ok: true };
    };
    const { otp } = createTestOtp({ deliveryMode: 'background', answer });
    const first = await post(otp, 'request', {});
    await post(otp, 'request', { identity: 'bob@example.com' });
    gates[0]?.open();
    await first.over;
    gates[1]?.open();
  });

  test('from the start: also where the client has gone before the answer', async () => {
    const gate = createGate();
    const { otp, inbox } = createTestOtp({
      answer: async () => {
        await gate.opened;
        return { ok: true };
      },
    });
    const works: Promise<unknown>[] = [];
    const request = new Request('http://localhost/api/v1/otp/request', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ identity }),
    });
    const answering = otp.handler(request, { waitUntil: (work) => void works.push(work) });
    assert.equal(works.length, 1);
    await until('the message is with the transport', () => inbox.messages.length === 1);
    gate.open();
    await Promise.all([answering, ...works]);
  });
});

test('adapters for platforms that cut a program off hand on how it is kept running', async () => {
  const { otp } = createTestOtp({ deliveryMode: 'background' });
  const works: Promise<unknown>[] = [];
  const context = {
    works,
    waitUntil(this: { works: Promise<unknown>[] }, work: Promise<unknown>) {
      this.works.push(work);
    },
  };
  const request = (name: string) =>
    new Request('http://localhost/api/v1/otp/request', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ identity: `${name}@example.com` }),
    });
  const app = new Hono();
  app.mount('/', createHonoHandler(otp.handler));
  // As Cloudflare calls it.
  assert.equal((await app.fetch(request('hono'), {}, context as never)).status, 200);
  assert.equal(works.length, 1);
  const { POST } = createNextHandlers(otp.handler, { waitUntil: (work) => void works.push(work) });
  assert.equal((await POST(request('next'))).status, 200);
  assert.equal(works.length, 2);
  await Promise.all(works);
});
