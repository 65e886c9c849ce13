import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { logFields } from '../../src/outcomes/log.js';
import { outcomeRows } from '../../src/outcomes/table.js';
import { readCodeBlocks } from '../helpers/docs.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { createTestOtp } from '../helpers/otp.js';
import { keepLines } from '../helpers/outcomes.js';
import { root } from '../helpers/process.js';

const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
const section = page
  .slice(page.indexOf('\n## Events\n'))
  .replace(/(?<=\n## Events\n[\s\S]*)\n## [\s\S]*/, '');

test('the page lists every event that is posted, in the words of the log', () => {
  const rows = Object.entries(outcomeRows)
    .filter(([, { isPublished }]) => isPublished)
    .map(([event, { message }]) => `| \`${event}\` | ${message} |`);
  const listed = section.split('\n').filter((line) => /^\| `\w+\.\w+` \|/.test(line));
  assert.deepEqual(listed, rows);
});

test('the event on the page has names that events have, in their order', () => {
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(section) ?? [];
  const { type, data } = JSON.parse(json);
  assert.equal(type, data.event);
  const names = logFields.map(({ name }) => name);
  assert.deepEqual(
    Object.keys(data),
    names.filter((name) => name in data),
  );
});

// Attack: post to the receiver without the secret.
test('the receiver on the page takes what the service posts, and nothing else', async (context) => {
  const block = readCodeBlocks('docs/operations.md').find(({ code }) => code.includes('standardwebhooks'));
  mkdirSync(join(root, '.scratch'), { recursive: true });
  const folder = mkdtempSync(join(root, '.scratch', 'receiver-'));
  after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'receiver.ts'), block?.code ?? '');
  const eventsSecret = Buffer.alloc(32, 'secret of events').toString('base64');
  process.env['EVENTS_SECRET'] = eventsSecret;
  const { receiver } = (await import(join(folder, 'receiver.ts'))) as { receiver: Server };
  delete process.env['EVENTS_SECRET'];
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  stopAtEnd(() => receiver.close().closeAllConnections());
  const { port } = receiver.address() as AddressInfo;
  const eventsUrl = `http://127.0.0.1:${port}`;
  const log = context.mock.method(console, 'log', () => {});
  const { lines, logger } = keepLines();
  const options = { eventsUrl, eventsAllowPrivateTargets: true, logger, clock: Date.now };
  const { otp } = createTestOtp({ ...options, eventsSecret });
  await otp.request('alice@example.com');
  await otp.close();
  const { otp: stranger } = createTestOtp({ ...options, eventsSecret: `whsec_${'A'.repeat(32)}` });
  await stranger.request('alice@example.com');
  await stranger.close();
  assert.equal(log.mock.callCount(), 1);
  assert.match(JSON.stringify(log.mock.calls[0]?.arguments), /"type":"code\.sent"/);
  const lost = lines.filter(({ event }) => event === 'events.lost');
  assert.deepEqual(
    lost.map(({ cause }) => cause),
    ['refused with HTTP 401'],
  );
});
