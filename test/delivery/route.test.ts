import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault, RefusalCategory } from '../../src/core/refusal.js';
import { createRouter } from '../../src/delivery/route.js';
import type { Message, Receipt, Transport } from '../../src/ports.js';
import { createManualMonotonicClock, settle } from '../helpers/clock.js';
import { noOutcomes } from '../helpers/outcomes.js';

const message: Message = {
  id: 'message-1',
  channel: 'email',
  to: 'alice@example.com',
  code: '482931',
  expiresInSeconds: 300,
  locale: 'en',
  subject: '',
  text: '',
};
const refuse = (category: RefusalCategory, retryable = true, fault?: Fault): Receipt => ({
  ok: false,
  category,
  ...(fault && { fault }),
  retryable,
  detail: 'test',
});

/** A transport that answers what the test says and counts its calls. */
function createStub(
  name: string,
  answer: () => Receipt | Promise<Receipt>,
  channels: Transport['channels'] = ['email'],
) {
  let calls = 0;
  const transport: Transport = {
    name,
    channels,
    async send() {
      calls += 1;
      return answer();
    },
  };
  return { transport, calls: () => calls };
}

function createKit(stubs: ReturnType<typeof createStub>[], routes?: Record<string, string[]>) {
  const clock = createManualMonotonicClock();
  const transports = stubs.map(({ transport }) => transport);
  return { clock, router: createRouter({ transports, routes, timeoutMs: 200, clock, outcomes: noOutcomes }) };
}

/** To another domain each time. */
const another = (i: number): Message => ({ ...message, to: `alice@${i}.example.com` });

test('the next transport is tried after a definite refusal that is not the recipient’s', async () => {
  for (const receipt of [
    refuse('unavailable'),
    refuse('rate_limited'),
    refuse('rejected'),
    refuse('rejected', false),
    refuse('unauthorized', false),
    refuse('invalid_recipient', false, 'account'),
    refuse('rejected', false, 'connection'),
  ]) {
    const [down, up] = [createStub('down', () => receipt), createStub('up', () => ({ ok: true, id: 'x' }))];
    assert.deepEqual(await createKit([down, up]).router.send(message), {
      ok: true,
      id: 'x',
      transport: 'up',
    });
    assert.deepEqual([down.calls(), up.calls()], [1, 1]);
  }
});

// Attack: have a slow provider and its fall-back both deliver, until the person gives up or is flooded.
test('after an unknown outcome, or a refusal of this recipient, no other transport is tried', async () => {
  for (const receipt of [
    refuse('timeout'),
    refuse('unknown'),
    refuse('unknown', true, 'account'),
    refuse('invalid_recipient', false),
    refuse('unavailable', true, 'recipient'),
    refuse('rate_limited', true, 'recipient'),
  ]) {
    const [first, second] = [createStub('first', () => receipt), createStub('second', () => ({ ok: true }))];
    const result = await createKit([first, second]).router.send(message);
    assert.ok(!result.ok && !receipt.ok && result.category === receipt.category);
    assert.equal(second.calls(), 0);
  }
});

test('when all refuse, the last refusal is the answer, with the name of its transport', async () => {
  const stubs = [
    createStub('first', () => refuse('unavailable')),
    createStub('second', () => refuse('rate_limited')),
  ];
  const result = await createKit(stubs).router.send(message);
  assert.deepEqual(result, {
    ...refuse('rate_limited'),
    transport: 'second',
    cause: 'the limit of the account at the provider is reached (test)',
  });
});

test('a transport that throws or never answers is an unknown outcome, within the limit', async () => {
  const throwing = createStub('throwing', () => Promise.reject(new TypeError('alice@example.com')));
  assert.deepEqual(await createKit([throwing]).router.send(message), {
    ...refuse('unknown'),
    transport: 'throwing',
    detail: 'threw TypeError',
    cause: 'the transport failed: TypeError: [address]',
  });
  const silent = createStub('silent', () => new Promise(() => {}));
  const { router, clock } = createKit([silent]);
  const sending = router.send(message);
  clock.advance(200);
  const result = await sending;
  assert.ok(!result.ok && result.category === 'timeout');
});

test('a provider that is down is left alone after five faults, asked once a pause, and used again when it is up', async () => {
  let answer = refuse('unavailable');
  const stub = createStub('provider', () => answer);
  const { router, clock } = createKit([stub]);
  for (let i = 0; i < 20; i++) await router.send(another(i));
  assert.equal(stub.calls(), 5);
  const shut = await router.send(message);
  assert.ok(!shut.ok && shut.category === 'unavailable' && shut.retryable);
  clock.advance(2000);
  for (let i = 0; i < 5; i++) await router.send(message);
  assert.equal(stub.calls(), 6);
  answer = { ok: true };
  clock.advance(2000);
  for (let i = 0; i < 5; i++) assert.equal((await router.send(message)).ok, true);
  assert.equal(stub.calls(), 11);
});

// Attack: request codes for mailboxes that do not exist, until nobody gets any.
test('refusals of one recipient never keep others from the provider', async () => {
  for (const receipt of [
    refuse('invalid_recipient', false),
    refuse('rejected', false),
    refuse('unavailable', true, 'recipient'),
    refuse('timeout', true, 'recipient'),
  ]) {
    const stub = createStub('provider', () => receipt);
    const { router } = createKit([stub]);
    for (let i = 0; i < 50; i++) await router.send(another(i));
    assert.equal(stub.calls(), 50);
  }
});

// Attack: ask for codes at many addresses of one domain, or for one number, that the provider does not answer for.
test('faults of one domain or one number never keep others from the provider', async () => {
  for (const other of [
    (i: number): Message => ({ ...message, to: `${i}@example.com` }),
    (): Message => ({ ...message, channel: 'sms', to: '+4915112345678' }),
  ]) {
    const stub = createStub('provider', () => refuse('timeout'), ['email', 'sms']);
    const { router } = createKit([stub]);
    for (let i = 0; i < 50; i++) await router.send(other(i));
    assert.equal(stub.calls(), 50);
  }
});

test('while one transport is left alone, the next takes its messages', async () => {
  const [down, up] = [
    createStub('down', () => refuse('unavailable')),
    createStub('up', () => ({ ok: true })),
  ];
  const { router } = createKit([down, up]);
  for (let i = 0; i < 20; i++) assert.equal((await router.send(another(i))).ok, true);
  assert.deepEqual([down.calls(), up.calls()], [5, 20]);
});

test('a route names its transports in their order, and a wrong name is refused', async () => {
  const stubs = ['one', 'two'].map((name) => createStub(name, () => refuse('unavailable')));
  const sms = createStub('sms', () => ({ ok: true }), ['sms']);
  const result = await createKit([...stubs, sms], { email: ['two', 'one'] }).router.send(message);
  assert.equal(!result.ok && result.transport, 'one');
  assert.throws(
    () => createKit(stubs, { email: ['three'] }),
    /three is not a transport that serves email; there are one/,
  );
  assert.throws(
    () => createKit([...stubs, sms], { email: ['sms'] }),
    /sms does not serve email; it serves sms/,
  );
});

// Attack: have each of several providers take almost all of the time that there is.
test('all transports of a route share one time limit', async () => {
  let answerFirst = (_: Receipt) => {};
  const first = createStub(
    'first',
    () =>
      new Promise((resolve) => {
        answerFirst = resolve;
      }),
  );
  const second = createStub('second', () => new Promise(() => {}));
  const { clock, router } = createKit([first, second]);
  const sending = router.send(message);
  clock.advance(190);
  answerFirst(refuse('unavailable'));
  await settle();
  assert.deepEqual([first.calls(), second.calls()], [1, 1]);
  clock.advance(10);
  const receipt = await sending;
  assert.ok(!receipt.ok && receipt.category === 'timeout');
});
