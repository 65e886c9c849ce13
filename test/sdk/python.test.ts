import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { createNodeListener } from '../../src/adapters/node.js';
import { createCertificate } from '../helpers/certificate.js';
import { docs, readCodeBlocks } from '../helpers/docs.js';
import { createTestOtp } from '../helpers/otp.js';
import { root, startService } from '../helpers/process.js';
import { requireTool } from '../helpers/tools.js';

const folder = join(root, 'sdk/python');
let python: string;
before(() => {
  python = requireTool('python3');
});

/** Runs a program in sdk/python to its end, which leaves nothing behind. */
async function run(
  command: string,
  args: string[],
  env: Record<string, string> = {},
  input: string | Promise<string> = '',
) {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  // A program that reads nothing may have ended by now.
  child.stdin.on('error', () => {});
  const ended = new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  // A program that ends early asks for nothing.
  child.stdin.end(await Promise.race([input, ended.then(() => '')]));
  const code = await ended;
  return { code, output };
}

test('the tests of the Python SDK pass: vectors, answers, sessions, faults', async () => {
  const { code, output } = await run(python, ['-m', 'unittest']);
  assert.equal(code, 0, output);
  const [, count] = /Ran (\d+) tests/.exec(output) ?? [];
  assert.ok(Number(count) >= 40, output);
  assert.doesNotMatch(output, /skipped|ResourceWarning/);
});

test('the Python SDK is typed throughout, with nothing newer than Python 3.9', async () => {
  const mypy = requireTool('mypy');
  const args = ['--config-file', 'pyproject.toml', '--cache-dir', '/dev/null', 'stateless_otp', 'tests'];
  const { code, output } = await run(mypy, args);
  assert.equal(code, 0, output);
  const settings = readFileSync(join(folder, 'pyproject.toml'), 'utf8');
  assert.match(settings, /\[tool\.mypy\]\nstrict = true\npython_version = "3\.9"/);
  const older = await run(mypy, [...args.slice(0, -2), '-c', 'import tomllib']);
  assert.notEqual(older.code, 0, 'mypy must refuse what Python 3.9 does not have');
});

test('the Python SDK needs the standard library and nothing else, and has the version of the service', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  // -S and -I: without site-packages, and without the folder it is started in.
  const script = `import sys; sys.path.insert(0, ${JSON.stringify(folder)}); import stateless_otp; print(stateless_otp.__version__)`;
  const { code, output } = await run(python, ['-I', '-S', '-c', script]);
  assert.deepEqual([code, output.trim()], [0, version]);
});

/** Starts a server on a free port; the test ends it. */
async function listen(t: { after(end: () => void): void }, server: ReturnType<typeof createServer>) {
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('the Python SDK goes the whole way against the service over sockets', async (t) => {
  let service = createTestOtp({ refreshTokenTtlSeconds: 3600 });
  const listener: RequestListener = (...args) => createNodeListener(service.otp.handler)(...args);
  const steer: RequestListener = (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/restart') service = createTestOtp({ refreshTokenTtlSeconds: 3600 });
    if (pathname === '/advance') service.clock.advance(Number(searchParams.get('seconds')) * 1000);
    response.end(JSON.stringify({ code: service.inbox.lastCode() }));
  };
  const { key, cert } = createCertificate();
  const scratch = mkdtempSync(join(tmpdir(), 'python-sdk-'));
  t.after(() => rmSync(scratch, { recursive: true }));
  writeFileSync(join(scratch, 'cert.pem'), cert);
  const port = await listen(t, createServer(listener));
  const { code, output } = await run(python, ['-m', 'unittest', 'tests.journey'], {
    SERVICE_URL: `http://127.0.0.1:${port}/api/v1`,
    STEER_URL: `http://127.0.0.1:${await listen(t, createServer(steer))}`,
    TLS_SERVICE_URL: `https://localhost:${await listen(t, createTlsServer({ key, cert }, listener))}/api/v1`,
    CERTIFICATE: join(scratch, 'cert.pem'),
  });
  assert.equal(code, 0, output);
  assert.match(output, /Ran 13 tests/);
});

test('the Python programs of the documentation lead from nothing to a verified token', async (t) => {
  const service = await startService();
  t.after(() => service.stop());
  const programs = ['sdk/python/README.md', 'docs/sdk-python.md']
    .flatMap(readCodeBlocks)
    .filter(({ language, code }) => language === 'python' && code.includes('input('));
  assert.equal(programs.length, 2);
  const scratch = mkdtempSync(join(tmpdir(), 'python-docs-'));
  t.after(() => rmSync(scratch, { recursive: true }));
  for (const [index, { code: program, file }] of programs.entries()) {
    assert.ok(program.includes('http://localhost:8000/api/v1'), file);
    const script = join(scratch, `program${index}.py`);
    writeFileSync(script, program.replaceAll('http://localhost:8000', service.url));
    // Each program has a code sent, so its own is the one that many lines down.
    const shown = new RegExp(`(?:[^]*?code (\\d+) for alice@example\\.com){${index + 1}}`);
    const answer = service.waitFor(shown).then(([, code = '']) => `${code}\n`);
    const { code, output } = await run(python, [script], { PYTHONPATH: folder }, answer);
    assert.equal(code, 0, `${file}: ${output}`);
    assert.match(output, /alice@example\.com\n$/, file);
  }
});

test('a service that goes away is a network error', async (t) => {
  const service = await startService();
  t.after(() => service.stop());
  const script = `
import os, signal, sys
from stateless_otp import OTPClient, OTPError
with OTPClient(sys.argv[1], timeout=30) as client:
    print(client.verify_token("a").active)
    os.kill(int(sys.argv[2]), signal.SIGKILL)
    try:
        while True:
            client.verify_token("a")
    except OTPError as error:
        print(error.code, error.status)
`;
  const args = ['-c', script, `${service.url}/api/v1`, String(service.child.pid)];
  const { code, output } = await run(python, args);
  assert.deepEqual([code, output], [0, 'False\nnetwork_error None\n']);
});

test('every Python block of the documentation is typed', async (t) => {
  const blocks = [...docs, 'sdk/python/README.md']
    .flatMap(readCodeBlocks)
    .filter(({ language }) => language === 'python');
  assert.ok(blocks.length >= 3);
  const scratch = mkdtempSync(join(tmpdir(), 'python-docs-'));
  t.after(() => rmSync(scratch, { recursive: true }));
  const files = blocks.map(({ code }, index) => {
    const file = join(scratch, `block${index}.py`);
    writeFileSync(file, code);
    return file;
  });
  const mypy = requireTool('mypy');
  const args = ['--config-file', 'pyproject.toml', '--cache-dir', '/dev/null', ...files];
  const { code, output } = await run(mypy, args, { MYPYPATH: folder });
  assert.equal(code, 0, output);
});
