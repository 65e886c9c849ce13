import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInbox } from '../../src/transports/inbox.js';
import { createManualClock } from '../helpers/clock.js';
import { createTestOtp, productionSecrets } from '../helpers/otp.js';
import { postTo, startService } from '../helpers/process.js';

const message = (to: string, changes: object = {}) => ({
  id: 'message-1',
  channel: 'email' as const,
  to,
  code: '482931',
  expiresInSeconds: 300,
  locale: 'en',
  subject: 'Your code',
  text: 'Your code is 482931',
  ...changes,
});

test('the inbox keeps the last 50 messages, newest first, and finds those of one identity', async () => {
  const inbox = createInbox(50, createManualClock());
  for (let i = 0; i < 60; i++) inbox.add(message(`user${i % 2}@example.com`, { id: String(i) }));
  const { otp } = createTestOtp({ unsafeDevInbox: inbox });
  const read = async (query: string) => {
    const answer = await otp.handler(new Request(`http://localhost/dev/inbox.json${query}`));
    return ((await answer.json()) as { messages: { id: string; to: string }[] }).messages;
  };
  const all = await read('');
  assert.deepEqual([all.length, all[0]?.id, all.at(-1)?.id], [50, '59', '10']);
  const one = await read('?identity=USER1@example.com');
  assert.ok(one.length === 25 && one.every(({ to }) => to === 'user1@example.com'));
});

// Attack: have what is in a message run in the browser of the developer.
test('nothing in a message becomes part of the page', async () => {
  const inbox = createInbox();
  const attack = `"'><script>alert(1)</script>`;
  inbox.add(
    message('a@example.com', { subject: attack, text: attack, html: `<p>${attack}</p>`, locale: attack }),
  );
  const { otp } = createTestOtp({ unsafeDevInbox: inbox });
  const answer = await otp.handler(new Request('http://localhost/dev/inbox'));
  const page = await answer.text();
  assert.equal(page.match(/<script/g)?.length, 1);
  assert.ok(!page.includes('<script>alert'));
  assert.match(page, /<iframe sandbox="" [^>]*srcdoc="&(lt|#60);p&(gt|#62);&(quot|#34);/);
  assert.match(
    answer.headers.get('content-security-policy') ?? '',
    /default-src 'none'.*; script-src 'sha256-[^ ;]+'; connect-src 'self'/,
  );
  assert.doesNotMatch(page, /http-equiv="refresh"/);
});

test('it is there in development with console delivery, and never in production', async () => {
  const development = await startService();
  await postTo(`${development.url}/api/v1/otp/request`, { identity: 'alice@example.com' });
  const listed = await fetch(`${development.url}/dev/inbox.json?identity=Alice@example.com`);
  const { messages } = (await listed.json()) as { messages: { code: string }[] };
  const [, code] = await development.waitFor(/code (\d{6}) for alice/);
  assert.equal(messages[0]?.code, code);
  assert.match(development.output.stdout, /Inbox +http:\S+\/dev\/inbox\n/);
  await development.stop();

  const production = await startService({
    NODE_ENV: 'production',
    OTP_ALLOW_CONSOLE_DELIVERY: 'true',
    ...productionSecrets,
  });
  for (const path of ['/dev/inbox', '/dev/inbox.json']) {
    assert.equal((await fetch(production.url + path)).status, 404);
  }
  await production.stop();
});
