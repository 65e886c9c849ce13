import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadConfig } from '../../src/cli/config.js';
import { redactUrls } from '../../src/cli/redact.js';

const problemsOf = (name: string, value: string) => loadConfig({ [name]: value }).problems;

const origins: Record<string, { good: string[]; bad: string[] }> = {
  CORS_ORIGINS: {
    good: [
      'https://app.example.com',
      'https://app.example.com:8443',
      'http://localhost:3000',
      'http://127.0.0.1:3000',
      'http://[::1]:3000',
      'https://xn--bcher-kva.example',
      'capacitor://localhost,tauri://localhost',
      'ionic://localhost',
      'app://obsidian.md',
      'app://.',
      'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
      'safari-web-extension://E0E3A3A4-1111-2222-3333-444455556666',
      'file://',
    ],
    bad: [
      'https://*.vercel.app',
      'https://app.example.com,https://*.vercel.app',
      'https://*',
      '*',
      'null',
      'https://app.example.com/',
      'https://app.example.com/path',
      'https://App.example.com',
      'https://app.example.com:443',
      'http://localhost:80',
      'https://bücher.example',
      'https://user@app.example.com',
      'app.example.com',
      'Capacitor://localhost',
      'capacitor://*',
      'capacitor://localhost/',
      'capacitor://',
      'wss://app.example.com',
      'ftp://app.example.com',
      'file:///index.html',
    ],
  },
  EMBED_ORIGINS: {
    good: ['https://app.example.com', 'http://localhost:3000', 'https://*.example.com'],
    bad: [
      '*',
      'https://*',
      'https://*.com',
      'https://a.*.example.com',
      'https://*.*.example.com',
      'https://app.example.com/',
      'capacitor://localhost',
      'https://a.example;script-src',
      'http://[::1]:3000',
    ],
  },
  OTP_ORIGIN: {
    good: ['https://example.com', 'https://example.com:8443', 'http://localhost:8000'],
    bad: [
      'http://example.com',
      'https://*.example.com',
      'https://192.0.2.1',
      'capacitor://localhost',
      'https://example.com/sign-in',
      'example.com',
    ],
  },
};

describe('an origin that can never match is refused by name, one that can is taken', () => {
  for (const [name, { good, bad }] of Object.entries(origins)) {
    test(name, () => {
      for (const value of good) assert.deepEqual(problemsOf(name, value), [], value);
      for (const value of bad) {
        const problems = problemsOf(name, value);
        assert.equal(problems.length, 1, value);
        assert.ok(problems[0]?.startsWith(`${name}: given "${redactUrls(value)}", allowed: `), problems[0]);
      }
    });
  }
});

/** What a template, a shell, a list or a sentence leaves around or instead of the name of a host; URL parsers take all of it. */
const hostsThatCannotExist = [
  '$DOMAIN',
  `$${'{DOMAIN}'}`,
  '{domain}',
  '*.example.com',
  'a.example.com,',
  'a.example.com;',
  "a.example.com'",
  '"a.example.com"',
  '(a.example.com)',
  '.example.com',
  'a..example.com',
  '-a.example.com',
  'https://a.example.com',
];
const settingsWithHosts: Record<string, Record<string, string>> = {
  PUBLIC_URL: {},
  BRAND_LOGO_URL: {},
  BRAND_LINKS: {},
  OTP_ORIGIN: {},
  EVENTS_URL: { EVENTS_SECRET: '0123456789abcdefghijklmnopqrstuvwxyzABCDEF' },
  WEBHOOK_URL: { DELIVERY_BACKEND: 'webhook', WEBHOOK_SECRET: '0123456789abcdefghijklmnopqrstuvwxyzABCDEF' },
};

// Reported of other services: links in mails led to https://${DOMAIN}/, and nobody noticed until somebody opened one.
test('no URL has a host that cannot exist', () => {
  for (const [name, more] of Object.entries(settingsWithHosts)) {
    const write = (host: string) => (name === 'BRAND_LINKS' ? `Help=https://${host}` : `https://${host}`);
    const problemsOf = (host: string) =>
      loadConfig({ ...more, [name]: write(host) }).problems.filter((line) => line.startsWith(name));
    for (const host of hostsThatCannotExist) {
      // A comma ends a link.
      if (name === 'BRAND_LINKS' && host.endsWith(',')) continue;
      assert.equal(problemsOf(host).length, 1, `${name} ${host}`);
    }
    for (const host of ['a.example.com', 'a_b.example.com', 'xn--bcher-kva.example', 'a-b.example']) {
      if (name === 'OTP_ORIGIN' && host.includes('_')) continue;
      assert.deepEqual(problemsOf(host), [], `${name} ${host}`);
    }
  }
});
