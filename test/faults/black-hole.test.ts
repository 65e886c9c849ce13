import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { createHttpClient } from '../helpers/http-client.js';
import { startService } from '../helpers/process.js';
import { startSmtpServer } from '../helpers/smtp.js';
import { requireTool } from '../helpers/tools.js';
import { until } from '../helpers/until.js';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Stands before a server; while it is shut, connections are taken and nothing goes through. */
async function startGate(port: number) {
  let isOpen = true;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    sockets.add(near);
    near.on('error', () => {});
    near.on('close', () => sockets.delete(near));
    if (!isOpen) return;
    const far = connect(port, '127.0.0.1');
    far.on('error', () => {});
    // Small packets both ways: waiting to fill them would cost 40 ms a step.
    near.setNoDelay();
    far.setNoDelay();
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    shut() {
      isOpen = false;
      for (const socket of sockets) socket.destroy();
    },
    open() {
      isOpen = true;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

// Attack, or a bad day: the mail server takes connections and says nothing.
test('in the background a mail server that is a black hole for 30 s at 50 requests a second harms nobody', async (t) => {
  const ps = requireTool('ps', 'procps');
  const smtp = await startSmtpServer();
  const gate = await startGate(smtp.port);
  const queueMax = 1000;
  const service = await startService({
    DELIVERY_BACKEND: 'smtp',
    DELIVERY_MODE: 'background',
    DELIVERY_QUEUE_MAX: String(queueMax),
    DELIVERY_TIMEOUT_MS: '5000',
    OTP_WINDOW_SECONDS: '300',
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(gate.port),
    SMTP_FROM: 'codes@example.org',
    RATE_REQUEST_IP_MAX: '0',
    LOG_LEVEL: 'silent',
  });
  const client = createHttpClient();
  const readMemoryMb = () =>
    Number(spawnSync(ps, ['-o', 'rss=', '-p', String(service.child.pid)], { encoding: 'utf8' }).stdout) /
    1024;
  try {
    const elapsed: number[] = [];
    // The same moments without a message: what the machine costs by itself.
    const controls: number[] = [];
    const accepted = new Map<string, number>();
    const statuses = new Map<number, number>();
    const running: Promise<void>[] = [];
    const control = async () => {
      controls.push((await client.get(`${service.url}/livez`)).elapsedMs);
    };
    const ask = async (index: number) => {
      const identity = `person${index}@example.com`;
      const answer = await client.post(`${service.url}/api/v1/otp/request`, { identity });
      elapsed.push(answer.elapsedMs);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.status === 200) accepted.set(identity, performance.now());
      if (answer.status === 503) assert.deepEqual([answer.body.code, answer.retryAfter], ['overloaded', '1']);
    };
    await ask(-1);
    gate.shut();
    const memoryBefore = readMemoryMb();
    const startedAt = performance.now();
    for (let index = 0; index < 30 * 50; index++) {
      running.push(control(), ask(index));
      await pause(Math.max(0, startedAt + (index + 1) * 20 - performance.now()));
    }
    await Promise.all(running);
    const readP99 = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0;
    const [p99, controlP99] = [readP99(elapsed), readP99(controls)];
    assert.ok(
      p99 < 300 + 2 * controlP99,
      `the 99th percentile is ${p99} ms, that of a control ${controlP99} ms`,
    );
    assert.ok((statuses.get(503) ?? 0) > 0, 'the cap of the queue was never reached');
    assert.deepEqual([...statuses.keys()].sort(), [200, 503]);
    assert.ok(readMemoryMb() - memoryBefore < 150, `${memoryBefore} MB grew to ${readMemoryMb()} MB`);

    // Messages that were under way have an unknown outcome and are not sent again; those that waited are.
    const before = smtp.received.length;
    t.diagnostic(
      `p99 ${p99.toFixed(1)} ms, control ${controlP99.toFixed(1)} ms, answers ${JSON.stringify([...statuses])}, memory +${(readMemoryMb() - memoryBefore).toFixed(0)} MB`,
    );
    gate.open();
    const openedAt = performance.now();
    // However long it takes, as long as one comes after the other.
    while (smtp.received.length - before < queueMax * 0.9) {
      const seen = smtp.received.length;
      await until('one more message', () => smtp.received.length > seen);
    }
    for (let seen = -1; smtp.received.length > seen; ) {
      seen = smtp.received.length;
      await pause(500);
    }
    t.diagnostic(
      `${smtp.received.length - before} messages in ${((performance.now() - openedAt) / 1000).toFixed(1)} s after recovery`,
    );
    const recipients = smtp.recipients.slice();
    assert.equal(new Set(recipients).size, recipients.length, 'a message was sent twice');
    assert.ok(recipients.every((recipient) => accepted.has(recipient)));
    assert.equal(
      (await client.post(`${service.url}/api/v1/otp/request`, { identity: 'late@example.com' })).status,
      200,
    );
    await until('a message after the recovery', () =>
      smtp.received.some(({ envelope }) => envelope.to.includes('late@example.com')),
    );
  } finally {
    client.close();
    gate.close();
    await service.stop();
    await smtp.close();
  }
});
