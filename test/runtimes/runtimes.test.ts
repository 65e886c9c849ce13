import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { startHttpStub } from '../helpers/http-stub.js';
import { root } from '../helpers/process.js';
import {
  bundle,
  createProject,
  fileRuntimes,
  programs,
  startFile,
  startWorker,
} from '../helpers/runtimes.js';
import type { JourneyOptions, StoreName } from './journey.js';

const writePem = (pair: KeyPairKeyObjectResult) =>
  pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const privateKeys = {
  ES256: writePem(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  EdDSA: writePem(generateKeyPairSync('ed25519')),
};

/** Takes messages and events, and shows them. */
async function startSink(): Promise<string> {
  const { url, received } = await startHttpStub(({ method }) =>
    method === 'GET'
      ? {
          status: 200,
          body: received
            .filter((entry) => entry.method === 'POST')
            .map(({ path, body }) => ({ path, body: JSON.parse(body) })),
        }
      : { status: 200 },
  );
  return url;
}

const steps = { common: 7, none: 1, resolving: 1 };

describe('the whole journey succeeds', () => {
  let project = '';
  before(async () => {
    project = createProject();
    await bundle('test/runtimes/program.ts', join(project, 'journey.js'), false);
  });

  for (const runtime of fileRuntimes) {
    for (const store of ['memory', 'none'] satisfies StoreName[]) {
      test(`on ${runtime}, with STORE=${store}`, async () => {
        const options: JourneyOptions = { store, sink: await startSink(), privateKeys, resolvesNames: true };
        const running = startFile(runtime, project, 'journey.js', { JOURNEY: JSON.stringify(options) });
        const { code } = await running.exited;
        const { stdout, stderr } = running.output;
        assert.equal(code, 0, `${stdout}\n${stderr}`);
        const expected = steps.common + steps.resolving + (store === 'none' ? steps.none : 0);
        assert.equal(JSON.parse(stdout.trim().split('\n').at(-1) ?? '').length, expected, stdout);
      });
    }
  }

  test('on workerd, with STORE=none', async () => {
    const { url, output } = await startWorker('test/runtimes/worker.ts');
    const options: JourneyOptions = {
      store: 'none',
      sink: await startSink(),
      privateKeys,
      resolvesNames: false,
    };
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(options) });
    const text = await response.text();
    assert.equal(response.status, 200, `${text}\n${output.stderr}`);
    assert.equal(JSON.parse(text).length, steps.common + steps.none, text);
  });
});

test('the page says which versions are tested', () => {
  const page = readFileSync(join(root, 'docs/runtimes.md'), 'utf8');
  for (const { name, version } of Object.values(programs))
    assert.ok(page.includes(version), `${name} ${version}`);
});
