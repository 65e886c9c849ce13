import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Transport } from '../../src/index.js';
import { describeHttpTransport } from '../../src/testing/index.js';
import { readCodeBlocks } from '../helpers/docs.js';
import { createSms } from '../helpers/messages.js';
import { root } from '../helpers/process.js';

// That it compiles against the package is tested with all the others, in test/docs.test.ts.
const [example] = readCodeBlocks('docs/transports/write-your-own.md').filter(
  ({ language }) => language === 'ts',
);
mkdirSync(join(root, '.scratch'), { recursive: true });
const folder = mkdtempSync(join(root, '.scratch', 'own-transport-'));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'pigeon.ts'), example?.code ?? '');
const { createPigeonTransport } = (await import(join(folder, 'pigeon.ts'))) as {
  createPigeonTransport: (options: { apiKey: string; baseUrl: string }) => Transport;
};

test('the example is short', () => {
  const lines = (example?.code ?? '').split('\n').filter((line) => line.trim() !== '');
  assert.ok(lines.length <= 45, String(lines.length));
});

const prose = { message: 'prose +4915112345678 482931 pigeon-key' };

describeHttpTransport('the example of the documentation', {
  create: (baseUrl) => createPigeonTransport({ apiKey: 'pigeon-key', baseUrl }),
  message: createSms(),
  secrets: ['pigeon-key'],
  readRecipients: ({ body }) => [JSON.parse(body).recipient],
  answers: {
    accept: { status: 202 },
    refuse: { status: 400, body: prose },
    unauthorized: { status: 401, body: prose },
    throttle: { status: 429, headers: { 'retry-after': '7' }, body: prose },
    fail: { status: 500, body: prose },
  },
});
