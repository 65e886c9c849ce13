import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHttpStub } from '../helpers/http-stub.js';
import { startWorker } from '../helpers/runtimes.js';
import { until } from '../helpers/until.js';

/** A Worker, and the receiver of its messages and events. */
async function start() {
  const receiver = await startHttpStub({ status: 204 });
  const { url } = await startWorker('test/runtimes/busy-worker.ts', { SINK: receiver.url });
  const ask = (identity: string, delivery: 'direct' | 'background') =>
    fetch(`${url}/api/v1/otp/request`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Delivery': delivery },
      body: JSON.stringify({ identity }),
    });
  const count = (path: string) => receiver.received.filter((request) => request.path === path).length;
  return { receiver, ask, count };
}

test('in workerd every message and event of many requests goes out after its answer', async () => {
  const { ask, count } = await start();
  for (const round of [1, 2]) {
    const people = Array.from({ length: 40 }, (_, i) => `person${i}@round${round}.example`);
    const answers = await Promise.all(people.map((identity) => ask(identity, 'background')));
    for (const { status } of answers) assert.equal(status, 200);
    await until('all messages have arrived', () => count('/mail') === 40 * round);
    await until('all events have arrived', () => count('/events') === 80 * round);
  }
});

test('in workerd events reach a receiver that fails at first', async () => {
  const { receiver, ask, count } = await start();
  receiver.answer({ status: 503 });
  assert.equal((await ask('alice@example.com', 'background')).status, 200);
  await until('an event was refused', () => count('/events') > 0);
  receiver.answer({ status: 204 });
  const before = count('/events');
  await until('it was tried again', () => count('/events') > before);
});

// Attack: a provider that never answers, met by a Worker whose earlier requests, and their timers, have ended.
test('in workerd a message that nobody answers ends in time, whatever was sent before', async () => {
  const { receiver, ask } = await start();
  let tries = 0;
  // Within the second that a message has, or the next one is.
  await until('a message is sent in time', async () => {
    const answer = await ask(`alice${++tries}@example.com`, 'direct');
    await answer.text();
    return answer.status === 200;
  });
  receiver.answer('silence');
  for (const identity of ['bob@example.com', 'carol@example.org']) {
    const answer = await ask(identity, 'direct');
    assert.equal(answer.status, 502);
    assert.equal(((await answer.json()) as { category: string }).category, 'timeout');
  }
});
