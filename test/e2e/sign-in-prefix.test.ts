import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { OtpOptions } from '../../src/index.js';
import { launchBrowser, watchComplaints } from '../helpers/browser.js';
import { type HostOptions, hosts } from '../helpers/hosts.js';
import { startInProcess } from '../helpers/in-process.js';
import { createTestOtp } from '../helpers/otp.js';

const prefix = '/auth';

interface Site {
  /** Without the prefix. */
  url: string;
  lastCode(): string;
  close(): unknown;
}

async function startHost(name: string): Promise<Site> {
  const { otp, inbox } = createTestOtp({ unsafeInsecureCookies: true });
  const options: HostOptions = { prefix };
  const host = await hosts[name]?.(otp, options);
  assert.ok(host);
  // The cookies of development are for localhost only.
  return { url: host.url.replace('127.0.0.1', 'localhost'), lastCode: inbox.lastCode, close: host.close };
}

/** A proxy that serves the service under the prefix, and nothing else. */
async function startProxy(passOn: (path: string) => string, options: Partial<OtpOptions>): Promise<Site> {
  const service = await startInProcess(() => options);
  const proxy = createServer((incoming, outgoing) => {
    const { url = '', method, headers } = incoming;
    if (!url.startsWith(`${prefix}/`)) {
      outgoing.writeHead(404).end();
      return;
    }
    const onwards = request(service.url + passOn(url), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onwards.on('error', () => outgoing.destroy());
    incoming.pipe(onwards);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => proxy.once('listening', resolve));
  return {
    url: `http://localhost:${(proxy.address() as AddressInfo).port}`,
    lastCode: service.inbox.lastCode,
    close() {
      proxy.close();
      proxy.closeAllConnections();
      service.close();
    },
  };
}

const strip = (path: string) => path.slice(prefix.length);
const keep = (path: string) => path;
const publicUrl = `https://example.com${prefix}`;
const places: Record<string, () => Promise<Site>> = {
  ...Object.fromEntries(Object.keys(hosts).map((name) => [name, () => startHost(name)])),
  'a proxy that strips it': () => startProxy(strip, {}),
  'a proxy that strips it, with a public URL': () => startProxy(strip, { publicUrl }),
  'a proxy that keeps it': () => startProxy(keep, { publicUrl }),
};

describe('the page under a prefix', () => {
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  for (const [name, start] of Object.entries(places)) {
    for (const javaScriptEnabled of name.startsWith('express after') ? [true] : [true, false]) {
      const how = javaScriptEnabled ? 'with scripts' : 'without scripts';
      test(`has its style, and every step stays there: ${name}, ${how}`, async (t) => {
        const site = await start();
        t.after(async () => void (await site.close()));
        const context = await browser.newContext({ javaScriptEnabled });
        t.after(() => context.close());
        const page = await context.newPage();
        const complaints: string[] = [];
        watchComplaints(page, complaints);
        const outside: string[] = [];
        page.on('request', (sent) => {
          const { protocol, pathname } = new URL(sent.url());
          if (protocol !== 'data:' && !pathname.startsWith(`${prefix}/`)) outside.push(pathname);
        });
        await page.goto(`${site.url}${prefix}/sign-in`);
        const display = await page.evaluate(
          `getComputedStyle(document.querySelector('button.primary')).display`,
        );
        assert.notEqual(display, 'inline-block');
        await page.fill('#identity', 'nobody');
        await page.click('button.primary');
        await page.waitForSelector('.error');
        if (javaScriptEnabled) {
          await page.fill('#identity', '0151 12345678');
          await page.waitForSelector('#country:visible');
        }
        await page.fill('#identity', 'alice@example.com');
        await page.click('button.primary');
        await page.waitForURL(`**${prefix}/sign-in/code`);
        await page.fill('#otp', site.lastCode());
        if (!javaScriptEnabled) await page.click('#code-form button.primary');
        await page.waitForSelector('form[action$="sign-out"]');
        for (const { path } of await context.cookies()) assert.equal(path, '/');
        await page.click('form[action$="sign-out"] button');
        await page.waitForSelector('.good');
        assert.deepEqual([outside, complaints], [[], []]);
      });
    }
  }
});
