import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetchKeeping } from '../helpers/fresh-connections.js';
import { postTo, startService } from '../helpers/process.js';
import { startSmtpServer } from '../helpers/smtp.js';
import { until } from '../helpers/until.js';

/** A service whose delivery waits until the test lets it continue. */
async function startHeldService() {
  const held: (() => void)[] = [];
  let announce = () => {};
  const isHeld = new Promise<void>((resolve) => {
    announce = resolve;
  });
  const smtp = await startSmtpServer({
    onData(stream, _session, callback) {
      stream.resume();
      stream.on('end', () => {
        held.push(() => callback());
        announce();
      });
    },
  });
  const service = await startService({
    DELIVERY_BACKEND: 'smtp',
    DELIVERY_TIMEOUT_MS: '60000',
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(smtp.port),
    SMTP_FROM: 'codes@example.org',
  });
  return { smtp, service, isHeld, letGo: () => held.forEach((go) => void go()) };
}

test('SIGTERM lets a request in flight finish, takes no more, and the exit code is 0', async () => {
  const { smtp, service, isHeld, letGo } = await startHeldService();
  const answer = fetchKeeping(`${service.url}/api/v1/otp/request`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ identity: 'alice@example.com' }),
  });
  await isHeld;
  service.child.kill('SIGTERM');
  await until('it is stopping', () => service.output.stderr.includes('stopping'));
  await assert.rejects(fetch(`${service.url}/livez`));
  letGo();
  const { status, headers } = await answer;
  assert.equal(status, 200);
  assert.equal(headers.get('connection'), 'close');
  assert.deepEqual(await service.exited, { code: 0, signal: null });
  await smtp.close();
});

test('a second signal ends the process at once', async () => {
  const { smtp, service, isHeld, letGo } = await startHeldService();
  const answer = postTo(`${service.url}/api/v1/otp/request`, { identity: 'alice@example.com' });
  const cut = assert.rejects(answer);
  await isHeld;
  service.child.kill('SIGTERM');
  await until('it is stopping', () => service.output.stderr.includes('stopping'));
  service.child.kill('SIGTERM');
  assert.deepEqual(await service.exited, { code: 1, signal: null });
  await cut;
  letGo();
  await smtp.close();
});

test('an idle service stops at once', async () => {
  const service = await startService();
  await (await fetchKeeping(`${service.url}/livez`)).text();
  assert.deepEqual(await service.stop(), { code: 0, signal: null });
});
