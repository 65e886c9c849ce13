import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCodeBlocks } from '../helpers/docs.js';
import { root, startService } from '../helpers/process.js';
import { requireTool } from '../helpers/tools.js';

const blocks = readCodeBlocks('README.md');
const curls = blocks.filter(({ language, code }) => language === 'sh' && code.startsWith('curl'));

/** Runs a shell command, or a program that is asked something, to its end. */
async function run(
  command: string,
  args: string[],
  answer?: { to: RegExp; with: (output: string) => string },
) {
  const child = spawn(command, args, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  child.stdout.on('data', (chunk) => {
    output += chunk;
    if (answer?.to.test(output) && child.stdin.writable) child.stdin.end(answer.with(output));
  });
  const code = await new Promise((resolve, reject) => {
    child.on('error', (error) =>
      reject(new Error(`${command} is needed to run the README: ${error.message}`)),
    );
    child.on('close', resolve);
  });
  assert.equal(code, 0, errors);
  return output;
}

test('the curl commands lead from nothing to a verified token', async () => {
  requireTool('curl');
  const service = await startService();
  const host = service.url.replace('http://', '');
  const curl = (index: number, from = '', to = '') => {
    const command = curls[index]?.code ?? '';
    assert.ok(command.includes('localhost:8000') && command.includes(from));
    return run('sh', ['-c', command.replace('localhost:8000', host).replace(from, to)]);
  };
  assert.equal(curls.length, 3);
  const sent = JSON.parse(await curl(0));
  assert.equal(sent.message, 'OTP sent successfully.');
  const [, code = ''] = await service.waitFor(
    /stateless-otp code (\d{6}) for alice@example\.com \(email, expires in 300 s\)/,
  );
  const verified = JSON.parse(await curl(1, '482931', code));
  assert.equal(verified.success, true);
  const check = JSON.parse(await curl(2, 'eyJ...', verified.access_token));
  assert.deepEqual([check.active, check.claims.sub], [true, 'alice@example.com']);
  const again = JSON.parse(await curl(1, '482931', code));
  assert.equal(again.code, 'expired_code');
  await service.stop();
});

test('the embedding in ten lines issues a token for the code that is typed', async () => {
  const [block] = blocks.filter(({ language }) => language === 'js');
  // Inside the project, so that the package finds itself by its own name.
  mkdirSync(join(root, '.scratch'), { recursive: true });
  const folder = mkdtempSync(join(root, '.scratch', 'readme-'));
  try {
    writeFileSync(join(folder, 'embed.mjs'), block?.code ?? '');
    const output = await run(process.execPath, [join(folder, 'embed.mjs')], {
      to: /Code: /,
      with: (output) => `${/code (\d{6}) for/.exec(output)?.[1]}\n`,
    });
    assert.match(output, /active: true/);
    assert.match(output, /sub: 'alice@example\.com'/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the two commands of the README are scripts of the package', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  assert.ok(blocks.some(({ code }) => code === 'npm ci && npm start\n') && scripts.start);
  assert.ok(blocks.some(({ code }) => code === 'npm ci && npm test\n') && scripts.test);
});
