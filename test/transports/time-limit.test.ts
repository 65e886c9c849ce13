import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createTokenSource } from '../../src/transports/oauth-token.js';
import { type Fetch, postMessage } from '../../src/transports/post.js';
import { limitTime } from '../../src/transports/time-limit.js';
import { startHttpStub } from '../helpers/http-stub.js';
import { root } from '../helpers/process.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Collects garbage again and again until something ends. */
async function collectUntil<Result>(ending: Promise<Result>): Promise<Result> {
  const timer = setInterval(collectGarbage, 10);
  try {
    return await ending;
  } finally {
    clearInterval(timer);
  }
}

const request = { url: 'https://provider.example/', headers: {}, body: '{}' };

// Attack: take a message and never answer, so that sends pile up behind the one that waits forever.
test('a send that nobody answers ends in time, whatever the garbage collector takes meanwhile', async () => {
  const { url } = await startHttpStub('silence');
  const client = { fetch: globalThis.fetch as Fetch, timeoutMs: 100 };
  const send = () => postMessage(client, { ...request, url, signal: new AbortController().signal }, {});
  const receipts = await collectUntil(Promise.all(Array.from({ length: 20 }, send)));
  for (const receipt of receipts) assert.ok(!receipt.ok && receipt.category === 'timeout');
});

test('so does a request for a token', async () => {
  const { url } = await startHttpStub('silence');
  const options = { tokenUrl: url, clientId: 'id', clientSecret: 'secret' };
  const source = createTokenSource(options, {
    fetch: globalThis.fetch as Fetch,
    clock: Date.now,
    timeoutMs: 100,
  });
  await assert.rejects(collectUntil(source.get()), /no answer in time/);
});

test('a send ends when its delivery does, whatever the garbage collector takes meanwhile', async () => {
  const { url, received } = await startHttpStub('silence');
  const delivery = new AbortController();
  const client = { fetch: globalThis.fetch as Fetch, timeoutMs: 60_000 };
  const sending = postMessage(client, { ...request, url, signal: delivery.signal }, {});
  const aborting = setInterval(() => received.length > 0 && delivery.abort(), 20);
  const receipt = await collectUntil(sending);
  clearInterval(aborting);
  assert.ok(!receipt.ok && receipt.category === 'timeout');
});

test('a limit on what has ended already aborts at once, and one that has ended leaves nothing behind', () => {
  const outer = new AbortController();
  const listening = limitTime(outer.signal, 60_000);
  assert.equal(listening.signal.aborted, false);
  listening.end();
  outer.abort();
  assert.equal(listening.signal.aborted, false, 'it no longer listens');
  const late = limitTime(outer.signal, 60_000);
  late.end();
  assert.equal(late.signal.aborted, true);
});

test('nothing is left to signals that are made of others', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  for (const name of sources.filter((name) => name.endsWith('.ts'))) {
    const code = readFileSync(join(root, 'src', name), 'utf8').replace(/\/\*\*.*?\*\//gs, '');
    assert.ok(!code.includes('AbortSignal.any('), `${name}: use limitTime`);
  }
});
