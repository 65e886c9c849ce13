import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRefusal, faultOf, isDefinite } from '../../src/core/refusal.js';
import { createRouter } from '../../src/delivery/route.js';
import { type Channel, createOtp, type Message, type Receipt, type Transport } from '../../src/index.js';
import { senderNames } from '../../src/options/delivery.js';
import { httpStatuses } from '../../src/transports/post.js';
import { createSmtpTransport } from '../../src/transports/smtp.js';
import { createManualMonotonicClock } from '../helpers/clock.js';
import { startHttpStub } from '../helpers/http-stub.js';
import { createMessage } from '../helpers/messages.js';
import { jwtSecret, secretKey } from '../helpers/otp.js';
import { noOutcomes } from '../helpers/outcomes.js';
import { type Provider, providers } from '../helpers/providers.js';
import { startSmtpServer } from '../helpers/smtp.js';

const createRouterOf = (...transports: Transport[]) =>
  createRouter({ transports, timeoutMs: 60_000, clock: createManualMonotonicClock(), outcomes: noOutcomes });

/** Each to another domain or number. */
function messageTo(i: number, channel: Channel): Message {
  const to = channel === 'email' ? `alice@${i}.example.com` : `+49151${10_000_000 + i}`;
  return createMessage({ channel, to, id: `message-${i}` });
}

/** An account of ours at each provider, and a library that uses it alone. */
function createOtpWith(transport: Transport) {
  return createOtp({ secretKey, jwtSecret, transports: [transport], deliveryTimeoutMs: 60_000 });
}

function countCalls(transport: Transport) {
  let calls = 0;
  const counted: Transport = {
    ...transport,
    send(message, options) {
      calls += 1;
      return transport.send(message, options);
    },
  };
  return { transport: counted, calls: () => calls };
}

const second = () => {
  const sent: string[] = [];
  const transport: Transport = {
    name: 'second',
    channels: ['email', 'sms', 'whatsapp'],
    async send({ to }) {
      sent.push(to);
      return { ok: true };
    },
  };
  return { transport, sent };
};

for (const [name, provider] of Object.entries(providers)) {
  const { channel, table, busy, accept, refuse } = provider;

  // Attack: ask for codes for recipients that are refused, until the breaker keeps everyone from the provider.
  test(`${name}: after eight refusals of different busy recipients, the next person's message is sent`, async () => {
    const stub = await startHttpStub();
    const otp = createOtpWith(provider.create(stub.url));
    try {
      for (const code of busy) {
        stub.answer(refuse(code));
        for (let i = 0; i < 8; i++) {
          const { to } = messageTo(i, channel);
          assert.equal((await otp.request(to, { channel })).status, 'delivery_failed', code);
        }
        stub.answer(accept);
        const next = await otp.request(messageTo(99, channel).to, { channel });
        assert.equal(next.status, 'sent', code);
      }
    } finally {
      await otp.close();
      await stub.close();
    }
  });

  test(`${name}: every code of its table decides about the next transport and the next person`, async () => {
    const stub = await startHttpStub();
    try {
      for (const [code, meaning] of Object.entries(table)) {
        const expected = createRefusal(meaning, '');
        const fault = faultOf(expected);
        const first = countCalls(provider.create(stub.url));
        const next = second();
        const router = createRouterOf(first.transport, next.transport);
        stub.answer(refuse(code));
        for (let i = 0; i < 8; i++) await router.send(messageTo(i, channel));
        const isAsked = isDefinite(expected.category) && fault !== 'recipient';
        const answered = fault === 'connection' ? 5 : 8;
        assert.equal(first.calls(), answered, code);
        assert.equal(next.sent.length, isAsked ? 8 : 8 - answered, code);
      }
    } finally {
      await stub.close();
    }
  });

  test(`${name}: an outage opens the breaker, by the third recipient`, async () => {
    const stub = await startHttpStub();
    await stub.close();
    await expectBreaker(provider.create(stub.url), channel);
  });

  test(`${name}: whatever it answers is a receipt, and no refusal is an outage`, async () => {
    const codes = fc.oneof(
      fc.constantFrom('constructor', '__proto__', '0', ...Object.keys(table)),
      fc.integer({ min: 0, max: 999_999 }).map(String),
      fc.string().map((text) => `x${text}`),
    );
    const property = fc.asyncProperty(codes, fc.integer({ min: 400, max: 599 }), async (code, status) => {
      const receipt = await answer(provider, refuse(code, status).body, status);
      const detail = JSON.stringify(receipt);
      if (receipt.ok) return assert.ok(name === 'vonage' && code === '0', detail);
      const { category, retryable } = receipt;
      const isFinal = ['invalid_recipient', 'rejected', 'unauthorized'].includes(category);
      assert.equal(retryable, !isFinal, detail);
      const isKnown = Object.hasOwn(table, code) || [408, 425].includes(status);
      if (status < 500 && !isKnown) assert.notEqual(faultOf(receipt), 'connection', detail);
      if (status >= 500 && !isKnown) assert.ok(!isDefinite(category), detail);
    });
    await fc.assert(property, { seed: 29, numRuns: 300 });
  });
}

test('every provider over HTTP is tried here', () => {
  const named = senderNames.filter((name) => !['console', 'smtp'].includes(name));
  const missing = named.filter((name) => !Object.hasOwn(providers, name));
  assert.deepEqual(missing, [], 'not in test/helpers/providers.ts');
});

/** What it makes of one answer. */
function answer({ create, channel }: Provider, body: unknown, status: number): Promise<Receipt> {
  const fetch = async () => new Response(JSON.stringify(body ?? {}), { status });
  const { signal } = new AbortController();
  return create('http://127.0.0.1:9', fetch).send(messageTo(1, channel), { signal });
}

async function expectBreaker(transport: Transport, channel: Channel): Promise<void> {
  for (const [recipients, calls] of [
    [1, 12],
    [2, 12],
    [3, 5],
  ] as const) {
    const counted = countCalls(transport);
    const router = createRouterOf(counted.transport);
    for (let i = 0; i < 12; i++) {
      const receipt = await router.send(messageTo(i % recipients, channel));
      assert.ok(!receipt.ok && receipt.category === 'unavailable', JSON.stringify(receipt));
    }
    assert.equal(counted.calls(), calls, `${recipients} recipients`);
  }
}

test('sms=twilio,vonage: what is wrong with one account is not wrong with the other', async () => {
  const [first, next] = [await startHttpStub(), await startHttpStub(providers['vonage']?.accept)];
  const transports = [providers['twilio']?.create(first.url), providers['vonage']?.create(next.url)];
  const otp = createOtp({
    secretKey,
    jwtSecret,
    transports: transports.filter((transport) => transport !== undefined),
    routes: { sms: ['twilio', 'vonage'] },
    deliveryTimeoutMs: 60_000,
  });
  try {
    for (const [i, code] of [21408, 21612, 21608, 21606, 20404, 30453, 20003, 20429].entries()) {
      first.answer({ status: code === 20404 ? 404 : 400, body: { code } });
      assert.equal((await otp.request(messageTo(i, 'sms').to)).status, 'sent', String(code));
      assert.equal(next.received.length, i + 1, String(code));
    }
    const asked = next.received.length;
    for (const [i, code] of [21211, 21610, 21614, 30003].entries()) {
      first.answer({ status: 400, body: { code } });
      assert.equal((await otp.request(messageTo(100 + i, 'sms').to)).status, 'delivery_failed', String(code));
    }
    assert.equal(next.received.length, asked);
  } finally {
    await otp.close();
    await first.close();
    await next.close();
  }
});

test('what each HTTP status says by itself', async () => {
  const expected = { 401: 'account', 408: 'connection', 409: 'recipient', 425: 'connection', 429: 'account' };
  for (const [status, fault] of Object.entries(expected)) {
    const meaning = httpStatuses[status];
    assert.ok(meaning);
    assert.equal(faultOf(createRefusal(meaning, '')), fault, status);
  }
});

/** A relay that answers RCPT TO for some domain as it is told, and a library that sends through it. */
async function startRelay(refusals: Record<string, [code: number, text: string]>, isPipelining = false) {
  const relay = await startSmtpServer({
    hidePIPELINING: !isPipelining,
    onRcptTo({ address }, _session, callback) {
      const [, text] = Object.entries(refusals).find(([domain]) => address.endsWith(domain)) ?? [];
      callback(text && Object.assign(new Error(text[1]), { responseCode: text[0] }));
    },
  });
  const transport = createSmtpTransport({
    host: '127.0.0.1',
    port: relay.port,
    from: 'codes@example.org',
    timeoutMs: 60_000,
  });
  const otp = createOtpWith(transport);
  return {
    relay,
    transport,
    otp,
    async close() {
      await otp.close();
      await relay.close();
    },
  };
}

// Attack: own a domain whose mailboxes are never there, and ask for codes, so that nobody else gets any.
test('smtp: after five 450 4.1.2 for one domain, the next person at another domain gets the mail', async () => {
  const { otp, relay, close } = await startRelay({ 'mistyped.example': [450, '4.1.2 Domain not found'] });
  try {
    for (let i = 0; i < 5; i++) {
      const result = await otp.request(`${i}@mistyped.example`);
      assert.deepEqual(result, { status: 'delivery_failed', category: 'unavailable' });
    }
    assert.equal((await otp.request('alice@example.com')).status, 'sent');
    assert.equal(relay.received.length, 1);
  } finally {
    await close();
  }
});

for (const isPipelining of [false, true]) {
  test(`smtp: after eight refusals of different busy recipients, the next person's mail is sent${isPipelining ? ', with pipelining' : ''}`, async () => {
    const answers: [number, string][] = [
      [450, '4.2.1 mailbox busy'],
      [450, 'mailbox busy'],
      [451, '4.7.1 Greylisted'],
      [452, '4.2.2 over quota'],
      [421, '4.7.0 try again later'],
      [421, 'busy'],
      [452, '4.3.1 Insufficient system storage'],
      [550, '5.7.1 relay not permitted'],
    ];
    const refusals = Object.fromEntries(answers.map((one, i) => [`${i}.busy.example`, one]));
    const { otp, relay, close } = await startRelay(refusals, isPipelining);
    try {
      for (const domain of Object.keys(refusals)) {
        assert.equal((await otp.request(`a@${domain}`)).status, 'delivery_failed', domain);
      }
      assert.equal((await otp.request('alice@example.com')).status, 'sent');
      assert.equal(relay.received.length, 1);
      // A 421 for one recipient is no limit on connections: it is asked again a few times at once, and not for long.
      for (const domain of Object.keys(refusals)) {
        const tries = relay.recipients.filter((address) => address.endsWith(domain)).length;
        assert.ok(tries >= 1 && tries <= 8, `${domain}: ${tries}`);
      }
    } finally {
      await close();
    }
  });
}

test('smtp: the next transport is asked where the relay refuses us, and not where it refuses the recipient', async () => {
  const refusals: Record<string, [number, string]> = {
    'denied.example': [550, 'relay not permitted'],
    'verify.example': [550, 'Sender verify failed'],
    'blocked.example': [554, 'Service unavailable; Client host blocked using zen.spamhaus.org'],
    'slow.example': [451, '4.7.1 Greylisting in action'],
    'gone.example': [550, '5.1.1 User unknown'],
  };
  const { transport, close } = await startRelay(refusals);
  const next = second();
  const router = createRouterOf(transport, next.transport);
  try {
    for (const domain of Object.keys(refusals)) await router.send(createMessage({ to: `a@${domain}` }));
    assert.deepEqual(next.sent, ['a@denied.example', 'a@verify.example', 'a@blocked.example']);
  } finally {
    await close();
  }
});

test('smtp: an outage opens the breaker, by the third recipient', async () => {
  const { port, close } = await startSmtpServer();
  await close();
  const transport = createSmtpTransport({ host: '127.0.0.1', port, from: 'codes@example.org' });
  await expectBreaker(transport, 'email');
  await transport.close?.();
});
