import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { test } from 'node:test';
import { describeHttpTransport } from '../../src/testing/index.js';
import { isPublicAddress } from '../../src/transports/public-fetch.js';
import { createWebhookTransport, type WebhookTransportOptions } from '../../src/transports/webhook.js';
import { decodeWebhookSecret, signWebhook } from '../../src/transports/webhook-signature.js';
import { startHttpStub } from '../helpers/http-stub.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { createMessage } from '../helpers/messages.js';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const local = { secret, allowInsecureHttp: true, allowPrivateTargets: true };
const message = createMessage({ to: "o'neil+x=y@example.com", html: '<p>482931</p>' });
const signal = () => new AbortController().signal;
const prose = { error: `prose ${message.to} 482931 ${secret}`, code: 482931 };

describeHttpTransport('webhook', {
  create: (url) => createWebhookTransport({ ...local, url }),
  message,
  secrets: [secret, secret.slice(6)],
  readRecipients: ({ body }) => [JSON.parse(body).identity],
  answers: {
    accept: { status: 204, body: '' },
    refuse: { status: 400, body: prose },
    unauthorized: { status: 401, body: prose },
    throttle: { status: 429, headers: { 'retry-after': '7' }, body: prose },
    fail: { status: 500, body: prose },
  },
});

test('a signature is that of the reference implementation', () => {
  // standard-webhooks/standard-webhooks and svix/svix-webhooks, go/webhook_test.go: TestWebhookSign.
  const signature = signWebhook(
    decodeWebhookSecret(secret),
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    '1614265330',
    '{"test": 2432232314}',
  );
  assert.equal(signature, 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

// Attack: post codes of one's own making to the receiver, or change one on the way.
test('the body holds the message field by field, and is signed as it is', async () => {
  const stub = await startHttpStub();
  try {
    const transport = createWebhookTransport({
      ...local,
      url: `${stub.url}/codes?x=1`,
      clock: () => 1_780_000_000_999,
    });
    assert.ok((await transport.send(message, { signal: signal() })).ok);
    const [request] = stub.received;
    assert.ok(request);
    assert.equal(request.method, 'POST');
    assert.equal(request.path, '/codes?x=1');
    assert.deepEqual(JSON.parse(request.body), {
      id: message.id,
      identity: message.to,
      channel: 'email',
      code: '482931',
      locale: 'en',
      expires_in_seconds: 300,
      subject: message.subject,
      text: message.text,
      html: message.html,
    });
    assert.equal(request.headers['content-type'], 'application/json');
    assert.equal(request.headers['webhook-id'], message.id);
    assert.equal(request.headers['webhook-timestamp'], '1780000000');
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const signed = `${message.id}.1780000000.${request.body}`;
    const expected = createHmac('sha256', key).update(signed).digest('base64');
    assert.equal(request.headers['webhook-signature'], `v1,${expected}`);
  } finally {
    await stub.close();
  }
});

test('422 speaks of the recipient', async () => {
  const stub = await startHttpStub({ status: 422, body: prose });
  try {
    const receipt = await createWebhookTransport({ ...local, url: stub.url }).send(message, {
      signal: signal(),
    });
    assert.deepEqual(receipt, {
      ok: false,
      category: 'invalid_recipient',
      retryable: false,
      detail: 'HTTP 422',
    });
  } finally {
    await stub.close();
  }
});

// Attack: a receiver that sends the code on to someone else, or to an address inside the network.
// Reported as a timeout of messages that had been taken: a proxy kept the answer open.
test('an answer that never ends is an answer all the same', async () => {
  for (const [status, isAccepted] of [
    [200, true],
    [422, false],
  ] as const) {
    const server = createServer((_request, response) => void response.writeHead(status).write('…'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stopAtEnd(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as { port: number };
    const transport = createWebhookTransport({
      ...local,
      url: `http://127.0.0.1:${port}/`,
      timeoutMs: 60_000,
    });
    const receipt = await transport.send(message, { signal: new AbortController().signal });
    assert.equal(receipt.ok, isAccepted);
    assert.ok(receipt.ok || receipt.category === 'invalid_recipient');
  }
});

test('redirects are not followed', async () => {
  const other = await startHttpStub();
  const stub = await startHttpStub({ status: 307, headers: { location: other.url } });
  try {
    const receipt = await createWebhookTransport({ ...local, url: stub.url }).send(message, {
      signal: signal(),
    });
    assert.ok(!receipt.ok && receipt.category === 'rejected');
    assert.equal(other.received.length, 0);
  } finally {
    await stub.close();
    await other.close();
  }
});

const resolveTo =
  (...answers: string[][]): LookupFunction =>
  (_hostname, options, callback) => {
    const addresses = (answers.length > 1 ? answers.shift() : answers[0]) ?? [];
    const entries = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    if (options.all) callback(null, entries);
    else callback(null, entries[0]?.address ?? '', entries[0]?.family);
  };

// Attack: make the service talk to what only it can reach, by a name that resolves there (SSRF).
test('a name that resolves to a private address is not connected to', async () => {
  const stub = await startHttpStub();
  try {
    const url = `http://hook.example.com:${stub.port}/`;
    for (const addresses of [
      ['127.0.0.1'],
      ['::1'],
      ['::ffff:127.0.0.1'],
      ['10.0.0.1'],
      ['169.254.169.254'],
      ['fe80::1'],
      ['fd00:ec2::254'],
      ['93.184.215.14', '127.0.0.1'],
    ]) {
      const lookup = resolveTo(addresses);
      const transport = createWebhookTransport({ url, secret, allowInsecureHttp: true, lookup });
      const receipt = await transport.send(message, { signal: signal() });
      assert.deepEqual(receipt, {
        ok: false,
        category: 'rejected',
        retryable: false,
        detail: 'ERR_PRIVATE_TARGET',
      });
    }
    const named = createWebhookTransport({
      url: `http://localhost:${stub.port}`,
      secret,
      allowInsecureHttp: true,
    });
    assert.ok(!(await named.send(message, { signal: signal() })).ok);
    assert.equal(stub.received.length, 0);
  } finally {
    await stub.close();
  }
});

// Attack: DNS rebinding. The name resolves to a public address for a check and to a private one for the connection.
test('a name is resolved once a connection, so that what is checked is what is connected to', async () => {
  const stub = await startHttpStub();
  try {
    const url = `http://hook.example.com:${stub.port}/`;
    let lookups = 0;
    const count =
      (lookup: LookupFunction): LookupFunction =>
      (hostname, options, callback) => {
        lookups += 1;
        lookup(hostname, options, callback);
      };
    const guarded = createWebhookTransport({
      url,
      secret,
      allowInsecureHttp: true,
      lookup: count(resolveTo(['127.0.0.1'])),
    });
    for (const expected of [1, 2]) {
      assert.ok(!(await guarded.send(message, { signal: signal() })).ok);
      assert.equal(lookups, expected);
    }
    assert.equal(stub.received.length, 0);
    // With leave, the first answer of the same look-up is where the request goes, and nobody asks again.
    const allowed = createWebhookTransport({
      ...local,
      url,
      lookup: count(resolveTo(['127.0.0.1'], ['::1'])),
    });
    assert.ok((await allowed.send(message, { signal: signal() })).ok);
    assert.equal(lookups, 3);
    assert.equal(stub.received.length, 1);
  } finally {
    await stub.close();
  }
});

test('addresses are public or not, whatever form they come in', () => {
  for (const address of [
    '93.184.215.14',
    '8.8.8.8',
    '2606:4700::6810:84e5',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ]) {
    assert.ok(isPublicAddress(address), address);
  }
  for (const address of [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '192.168.1.1',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::a9fe:a9fe',
    '2002:7f00:1::',
    '2001:0:4136:e378::',
    '2001:db8::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'no address',
  ]) {
    assert.ok(!isPublicAddress(address), address);
  }
});

// Attack: an answer without end, to fill the memory.
test('an answer is read up to its limit and no further', async () => {
  let sent = 0;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(500, { 'content-type': 'application/json' });
    const write = () => {
      while (!response.destroyed && response.write(Buffer.alloc(16_384, 0x20))) sent += 16_384;
    };
    response.on('drain', write);
    response.on('error', () => {});
    write();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const closed = new Promise<void>((resolve) =>
    server.on('connection', (socket) => socket.on('close', resolve)),
  );
  try {
    const { port } = server.address() as AddressInfo;
    const transport = createWebhookTransport({ ...local, url: `http://127.0.0.1:${port}` });
    const receipt = await transport.send(message, { signal: signal() });
    assert.ok(!receipt.ok && receipt.category === 'unknown');
    await closed;
    assert.ok(sent < 20_000_000, String(sent));
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('its own time limit holds without anyone else watching', async () => {
  const stub = await startHttpStub('silence');
  try {
    const transport = createWebhookTransport({ ...local, url: stub.url, timeoutMs: 100 });
    const receipt = await transport.send(message, { signal: signal() });
    assert.deepEqual(receipt, {
      ok: false,
      category: 'timeout',
      retryable: true,
      detail: 'no answer in time',
    });
  } finally {
    await stub.close();
  }
});

test('targets and options that are not safe are refused at once, by name', () => {
  const url = 'https://hook.example.com/codes';
  assert.ok(createWebhookTransport({ url, secret: secret.slice(6) }));
  for (const bad of [
    'hook.example.com',
    'ftp://hook.example.com',
    'http://hook.example.com',
    'http://localhost:8080',
    'https://user:password@hook.example.com',
    'https://127.0.0.1',
    'https://0x7f.1',
    'https://2130706433',
    'https://[::1]',
    'https://[::ffff:169.254.169.254]',
    'https://192.168.1.1',
  ]) {
    assert.throws(() => createWebhookTransport({ url: bad, secret }), /^RangeError: url must be /, bad);
  }
  for (const [name, wrong] of Object.entries({
    secret: 'short',
    timeoutMs: 0,
    channels: ['pigeon'],
    allowInsecureHttp: 'yes',
    allowPrivateTargets: 1,
  })) {
    const options = { url, secret, [name]: wrong } as unknown as WebhookTransportOptions;
    assert.throws(() => createWebhookTransport(options), new RegExp(`^(Range|Type)Error: ${name} `), name);
  }
  for (const wrong of [
    '',
    'whsec_',
    'whsec_!!!!',
    `whsec_${'A'.repeat(100)}`,
    'text that is not base64, but long',
  ]) {
    assert.throws(() => decodeWebhookSecret(wrong), /^RangeError: secret /);
  }
});
