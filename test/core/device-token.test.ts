import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Device,
  type DeviceScope,
  deviceIdLength,
  isLive,
  maxAheadSeconds,
  openDevice,
  sealDevice,
} from '../../src/core/device-token.js';
import { deriveKeys } from '../../src/core/keys.js';
import { seal } from '../../src/core/seal.js';

const secret = Buffer.alloc(32, 7);
const ttlSeconds = 15_552_000;
const scope: DeviceScope = { key: deriveKeys({ secret }).device, namespace: 'default' };

const base64url = (length: number) => fc.stringMatching(new RegExp(`^[\\w-]{${length}}$`));
const devices: fc.Arbitrary<Device> = fc.record(
  {
    identityTag: base64url(22),
    id: base64url(deviceIdLength),
    issuedAtSeconds: fc.integer({ min: 1, max: 4_000_000_000 }),
  },
  { noNullPrototype: true },
);
const runs = { seed: 16, numRuns: 10_000 };

test('ten thousand tokens give back what they were made of', () => {
  fc.assert(
    fc.property(devices, (device) => {
      const token = sealDevice(scope, randomBytes(16), device);
      assert.match(token, /^otd1\.[\w-]{80,100}$/);
      assert.deepEqual(openDevice(scope, token), device);
    }),
    runs,
  );
});

// Attack: use a token after its life, or before its time.
test('a token counts for as long as it lives, by the second', () => {
  const ages = fc.oneof(
    fc.integer({ min: -10 * maxAheadSeconds, max: 2 * ttlSeconds }),
    fc.constantFrom(0, -1, -maxAheadSeconds, -maxAheadSeconds - 1, ttlSeconds - 1, ttlSeconds),
  );
  fc.assert(
    fc.property(devices, ages, ({ issuedAtSeconds }, age) => {
      const expected = age < ttlSeconds && age >= -maxAheadSeconds;
      assert.equal(isLive(issuedAtSeconds, ttlSeconds, issuedAtSeconds + age), expected);
    }),
    runs,
  );
});

// Attack: change a token, or guess one.
test('ten thousand tampered and invented tokens open nothing', () => {
  const strangers = fc.oneof(
    fc.anything(),
    fc.string(),
    fc.string().map((text) => `otd1.${text}`),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => `otd1.${Buffer.from(bytes).toString('base64url')}`),
  );
  fc.assert(
    fc.property(devices, fc.nat(), fc.nat(), strangers, (device, where, bit, stranger) => {
      const token = sealDevice(scope, randomBytes(16), device);
      const bytes = Buffer.from(token.slice(5), 'base64url');
      const at = where % bytes.length;
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
      const cut = where % token.length;
      for (const other of [
        `otd1.${bytes.toString('base64url')}`,
        token.slice(0, cut),
        token.slice(cut + 1),
        `${token}=`,
        ` ${token}`,
        `${token}\n`,
        token.slice(5),
        [token],
        stranger,
      ])
        assert.equal(openDevice(scope, other), null);
    }),
    runs,
  );
});

// Attack: bring the token of another installation, or something else that is sealed with the same secret.
test('tokens of other secrets and namespaces, and other seals, open nothing', () => {
  const names = fc.constantFrom('default2', 'Default', 'staging', '');
  fc.assert(
    fc.property(
      devices,
      names,
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      (device, namespace, other) => {
        const salt = randomBytes(16);
        const keys = deriveKeys({ secret: other });
        for (const foreign of [
          { ...scope, namespace },
          { ...scope, key: keys.device },
          { ...scope, key: createSecretKey(secret) },
          { ...scope, key: deriveKeys({ secret }).refresh },
        ])
          assert.equal(openDevice(scope, sealDevice(foreign, salt, device)), null);
      },
    ),
    { ...runs, numRuns: 2000 },
  );
  const salt = randomBytes(16);
  for (const text of [
    '',
    '{}',
    'x'.repeat(33),
    `${'x'.repeat(33)}-1`,
    `${'x'.repeat(33)}1e9`,
    `${'x'.repeat(33)}0`,
  ])
    assert.equal(openDevice(scope, `otd1.${seal(scope.key, salt, text, 'device default')}`), null, text);
  const refresh = seal(scope.key, salt, `${'x'.repeat(33)}1`, 'refresh default');
  assert.equal(openDevice(scope, `otd1.${refresh}`), null);
});

test('rotating the code key changes no token; another identity secret ends them all', () => {
  const device = {
    identityTag: 't'.repeat(22),
    id: 'i'.repeat(deviceIdLength),
    issuedAtSeconds: 1_800_000_000,
  };
  const token = sealDevice(scope, randomBytes(16), device);
  const rotated = deriveKeys({ secret: randomBytes(32), previousSecret: secret, identitySecret: secret });
  assert.deepEqual(openDevice({ ...scope, key: rotated.device }, token), device);
  const other = deriveKeys({ secret, identitySecret: randomBytes(32) });
  assert.equal(openDevice({ ...scope, key: other.device }, token), null);
});

test('five tokens and what separates them take about 500 bytes', () => {
  const device = {
    identityTag: 't'.repeat(22),
    id: 'i'.repeat(deviceIdLength),
    issuedAtSeconds: 1_800_000_000,
  };
  const token = sealDevice(scope, randomBytes(16), device);
  assert.ok(5 * (token.length + 1) < 550, `${token.length}`);
});
