import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { formatBanner } from '../../src/cli/banner.js';
import { loadConfig } from '../../src/cli/config.js';
import { createConfiguredOtp } from '../../src/cli/create.js';
import { silent } from '../../src/options/resolve.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { productionSecrets } from '../helpers/otp.js';

const folder = mkdtempSync(join(tmpdir(), 'banner-'));
after(() => rmSync(folder, { recursive: true }));
const gateFile = join(folder, 'gate.json');
writeFileSync(gateFile, JSON.stringify({ hosts: { 'app.example.com': { allow: ['*'] } } }));

const production = {
  ...productionSecrets,
  NODE_ENV: 'production',
  DELIVERY_BACKEND: 'smtp',
  SMTP_HOST: 'mail.example.com',
  SMTP_FROM: 'codes@example.com',
};
const atPublicUrl = { PUBLIC_URL: 'https://app.example.com' };
const gates = { none: {}, GATE_ALLOW: { GATE_ALLOW: '@example.com' }, GATE_FILE: { GATE_FILE: gateFile } };
const others = {
  nothing: {},
  'no page': { SIGN_IN_PAGE: 'false' },
  docs: { DOCS: 'on' },
  'a prefix': { PUBLIC_URL: 'https://app.example.com/auth' },
  'an API key': { API_KEYS: `shop=${'a1'.repeat(32)}` },
};

/** The addresses that the banner prints, by what it calls them. */
function listAddresses(banner: string): [name: string, address: string][] {
  return [...banner.matchAll(/^ {2}([\w-]+) +(http\S*[^\s,])/gm)].map(([, name = '', address = '']) => [
    name,
    address,
  ]);
}

async function isServed(env: Record<string, string>, address: string): Promise<boolean> {
  const { config, problems } = loadConfig(env);
  assert.ok(config, problems.join('\n'));
  const otp = createConfiguredOtp(config, createMemoryStore(), silent);
  const { pathname } = new URL(address);
  const path = pathname.replace(/^\/auth(?=\/sign-in|\/api|\/docs)/, '');
  const known: Record<string, string> = {
    '/api/v1': '/api/v1/otp/request',
    '/authz/': '/authz/auth-request',
    '/': '/livez',
  };
  const answer = await otp.handler(new Request(`http://localhost${known[path] ?? path}`));
  await otp.close();
  return answer.status !== 404;
}

for (const [gateName, gate] of Object.entries(gates)) {
  for (const [name, more] of Object.entries(others)) {
    for (const [mode, base] of Object.entries({ development: {}, production })) {
      const env: Record<string, string> = { ...base, ...atPublicUrl, ...gate, ...more };
      test(`the banner prints only what is served: ${mode}, ${name}, gate: ${gateName}`, async () => {
        const { config, problems, madeUp } = loadConfig(env);
        assert.ok(config, problems.join('\n'));
        const addresses = listAddresses(formatBanner(config, madeUp, 8000));
        assert.ok(addresses.length >= 2);
        for (const [what, address] of addresses)
          assert.ok(await isServed(env, address), `${what} ${address}`);
        // The proxy of a gate passes the pages on, and the application has the rest of its host.
        const isPublic = (address: string) => address.startsWith('https://app.example.com');
        const wanted = gateName === 'none' ? /^(API|Docs|Sign-in|Inbox)$/ : /^Sign-in$/;
        for (const [what, address] of addresses) assert.equal(isPublic(address), wanted.test(what), address);
        assert.equal(
          addresses.some(([what]) => what === 'Gate'),
          gateName !== 'none',
        );
      });
    }
  }
}
