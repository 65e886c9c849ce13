import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readCodeBlocks } from '../helpers/docs.js';
import { unlimited } from '../helpers/fleet.js';
import { startService } from '../helpers/process.js';
import { runToEnd } from '../helpers/samples.js';
import { requireTool } from '../helpers/tools.js';

const blocks = readCodeBlocks('docs/other-languages.md');

describe('a program of the page signs in', () => {
  let folder: string;
  let service: Awaited<ReturnType<typeof startService>>;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sign-in-'));
    service = await startService({ ...unlimited });
  });
  after(async () => {
    await service.stop();
    rmSync(folder, { recursive: true });
  });

  /** @param line runs the program, in a shell, for the identity `$1` */
  async function signIn(language: string, file: string, line: string) {
    const code = blocks.find((block) => block.language === language)?.code ?? '';
    assert.ok(code.includes('localhost:8000'));
    writeFileSync(join(folder, file), code.replace('localhost:8000', service.url.replace('http://', '')));
    const identity = `${language}@example.com`;
    // First a code in which every digit is wrong.
    const types = `read -r code; { echo "$code" | tr 0-9 1-90; echo "$code"; }`;
    // The program asks for the code, and only then is there one to type.
    const wait = `until curl -sf "$0/dev/inbox.json?identity=$1" | grep -q '"code"'; do sleep 0.1; done`;
    const read = `curl -s "$0/dev/inbox.json?identity=$1" | sed 's/.*"code":"\\([0-9]*\\)".*/\\1/'`;
    const script = `cd ${folder} && { ${wait}; ${read} | { ${types}; }; } | ${line}`;
    const signedIn = await runToEnd('bash', ['-c', script, service.url, identity]);
    assert.equal(signedIn.code, 0, signedIn.stderr);
    const check = await fetch(`${service.url}/api/v1/token/verify`, {
      headers: { Authorization: `Bearer ${signedIn.stdout.trim()}` },
    });
    const { claims } = (await check.json()) as { claims: { sub: string } };
    assert.equal(claims.sub, identity);
    assert.match(signedIn.stderr, /wrong/i);
    // What is not an identity is refused, with a reason, and no token is printed.
    const refused = await runToEnd('bash', ['-c', `cd ${folder} && ${line}`, service.url, 'nobody']);
    assert.notEqual(refused.code, 0);
    assert.equal(refused.stdout, '');
    assert.match(refused.stderr, /identity/);
  }

  test('Go', async () => {
    requireTool('go', 'golang-go');
    requireTool('curl');
    await signIn('go', 'signin.go', 'go run signin.go "$1"');
    const unformatted = await runToEnd(requireTool('gofmt', 'golang-go'), ['-l', join(folder, 'signin.go')]);
    assert.equal(unformatted.stdout, '');
  });
  test('PHP', async () => {
    requireTool('php', 'php-cli');
    await signIn('php', 'signin.php', 'php signin.php "$1"');
  });
  test('Java', async () => {
    requireTool('java', 'openjdk-17-jdk-headless');
    await signIn('java', 'SignIn.java', 'java SignIn.java "$1"');
  });
});
