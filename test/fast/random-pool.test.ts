import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandomPool } from '../../src/fast/random-pool.js';

test('bytes are as many as were asked for, never the same twice, and stay as they are', () => {
  const pool = createRandomPool();
  const drawn = Array.from({ length: 2000 }, (_, i) => pool.bytes(12 + (i % 50)));
  const copies = drawn.map((bytes) => bytes.toString('hex'));
  for (let i = 0; i < 2000; i++) pool.bytes(16);
  for (const [i, bytes] of drawn.entries()) {
    assert.equal(bytes.length, 12 + (i % 50));
    assert.equal(bytes.toString('hex'), copies[i]);
  }
  assert.equal(new Set(copies.map((text) => text.slice(0, 24))).size, drawn.length);
  assert.equal(pool.bytes(10_000).length, 10_000);
});

test('ids are 16 bytes as base64url, never the same twice', () => {
  const pool = createRandomPool();
  const texts = Array.from({ length: 2000 }, () => pool.id());
  for (const text of texts) assert.equal(Buffer.from(text, 'base64url').toString('base64url'), text);
  assert.ok(texts.every((text) => text.length === 22));
  assert.equal(new Set(texts).size, texts.length);
});

test('bits are 0 as often as 1', () => {
  const pool = createRandomPool();
  const ones = [
    ...pool.bytes(4000),
    ...Array.from({ length: 1000 }, () => pool.bytes(16)).flatMap((b) => [...b]),
  ]
    .map((byte) => byte.toString(2).replaceAll('0', '').length)
    .reduce((sum, count) => sum + count, 0);
  // 160 000 bits: six standard deviations are 1200, which chance exceeds once in 500 million runs.
  assert.ok(Math.abs(ones - 80_000) < 1200, `${ones}`);
});
