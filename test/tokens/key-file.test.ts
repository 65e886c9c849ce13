import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { generateKey, parseKeyFile, type Rotation, rotateKeys } from '../../src/tokens/key-file.js';
import { createTokenKeys } from '../../src/tokens/keys.js';
import { runCli } from '../helpers/process.js';

const now = 1_800_000_000;
const limits = { now, spreadSeconds: 300, tokenTtlSeconds: 900 };

function expectFile(rotation: Rotation) {
  if (rotation.step === 'too early') throw new Error(`too early: ${rotation.reason}`);
  return rotation.file;
}

test('a rotation adds, swaps and drops, each not before it is safe', () => {
  const first = generateKey('ES256', now);
  const added = expectFile(rotateKeys({ keys: [first] }, 'EdDSA', limits));
  assert.deepEqual(
    added.keys.map(({ alg }) => alg),
    ['ES256', 'EdDSA'],
  );
  const early = rotateKeys(added, 'ES256', { ...limits, now: now + 299 });
  assert.ok(early.step === 'too early' && early.waitSeconds === 1);
  const swapped = expectFile(rotateKeys(added, 'ES256', { ...limits, now: now + 300 }));
  assert.deepEqual(
    swapped.keys.map(({ alg, retired }) => [alg, retired]),
    [
      ['EdDSA', undefined],
      ['ES256', now + 300],
    ],
  );
  const tooEarly = rotateKeys(swapped, 'ES256', { ...limits, now: now + 1499 });
  assert.ok(tooEarly.step === 'too early' && tooEarly.waitSeconds === 1);
  const dropped = expectFile(rotateKeys(swapped, 'ES256', { ...limits, now: now + 1500 }));
  assert.deepEqual(dropped.keys, [added.keys[1]]);
  // Each step is a configuration that signs with its first key.
  for (const file of [added, swapped, dropped]) {
    const keys = createTokenKeys({ privateKey: JSON.stringify(parseKeyFile(JSON.stringify(file))) });
    assert.equal(keys.signing.kid, file.keys[0]?.kid);
    assert.equal(keys.jwks.keys.length, file.keys.length);
  }
});

test('what is not a key file is refused', () => {
  const key = generateKey('ES256', now);
  const { added: _, ...foreign } = key;
  for (const wrong of [foreign, { keys: [foreign] }, { keys: [key, key, key] }, { keys: [] }, 'x']) {
    assert.throws(() => parseKeyFile(JSON.stringify(wrong)));
  }
});

describe('stateless-otp keys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-keys-'));
  const path = join(folder, 'keys.json');
  after(() => rmSync(folder, { recursive: true }));
  const keys = (...args: string[]) => runCli(['keys', ...args, '--file', path], {});
  const read = () => parseKeyFile(readFileSync(path, 'utf8')).keys;

  test('makes a file that only its owner can read, rotates it, and never prints a private part', async () => {
    const outputs: string[] = [];
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await keys(...args);
      outputs.push(stdout, stderr);
      return { code, stdout, stderr };
    };
    assert.match(
      (await run('generate')).stdout,
      /created\n\S{43} {2}ES256 {2}created \S+Z {2}signs\n.*JWT_PRIVATE_KEY_FILE=/s,
    );
    const secrets = [read()[0]?.['d']];
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const again = await run('generate');
    assert.deepEqual([again.code, again.stderr.includes('already exists')], [2, true]);

    assert.match((await run('rotate')).stdout, /step 1 of 3.*signs\n.*checks only, signs next\n/s);
    secrets.push(read()[1]?.['d']);
    const early = await run('rotate');
    assert.equal(early.code, 1);
    assert.match(early.stderr, /run this again in \d+ s, or at once with --now/);
    assert.match((await run('rotate', '--now')).stdout, /step 2 of 3.*signs\n.*checks only, retired \S+Z\n/s);
    assert.equal((await run('rotate')).code, 1);
    assert.match((await run('rotate', '--now')).stdout, /step 3 of 3/);
    assert.equal(read().length, 1);
    assert.equal(statSync(path).mode & 0o777, 0o600);

    assert.doesNotMatch((await run('list')).stdout, /warning/);
    chmodSync(path, 0o644);
    assert.match((await run('list')).stdout, /warning: .* has mode 644/);
    for (const secret of secrets) {
      assert.ok(typeof secret === 'string' && !outputs.join('').includes(secret));
    }
  });

  test('the service takes its keys from the file', async () => {
    const { code, stdout, stderr } = await runCli(['check'], {
      NODE_ENV: 'production',
      OTP_SECRET_KEY: Buffer.from('an-otp-secret-for-the-key-file-test!').toString('base64'),
      DELIVERY_BACKEND: 'webhook',
      WEBHOOK_URL: 'https://example.com/hook',
      WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 'x1y2').toString('base64')}`,
      JWT_PRIVATE_KEY_FILE: path,
      JWT_ALG: 'ES256',
      OTP_PHONE_COUNTRIES: 'DE',
    });
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /JWT_PRIVATE_KEY +\(set\)/);
    assert.match(stdout, /JWT_SECRET +-? +\(default\)/);
  });

  test('a wrong call says what is allowed', async () => {
    for (const [args, expected] of [
      [['keys'], /keys: given "", allowed: generate, rotate, list/],
      [['keys', 'destroy'], /given "destroy", allowed: generate, rotate, list/],
      [['keys', 'generate', '--alg', 'RS256'], /--alg: given "RS256", allowed: ES256, EdDSA/],
      [['keys', 'list', '--file', join(folder, 'none.json')], /none\.json cannot be read/],
      [['keys', 'generate', '--file', join(folder, 'no', 'such', 'folder.json')], /cannot be written/],
      [['serve', '--file', path], /--file goes with keys/],
    ] as const) {
      const { code, stderr } = await runCli([...args], {});
      assert.equal(code, 2);
      assert.match(stderr, expected);
    }
    const broken = join(folder, 'broken.json');
    writeFileSync(broken, '{"keys":');
    const { code, stderr } = await runCli(['keys', 'rotate', '--file', broken], {});
    assert.equal(code, 2);
    assert.match(stderr, /broken\.json: .*must be PEM, a JWK or a JWK Set/);
  });
});
