import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Registry } from 'prom-client';
import type { OtpOptions } from '../../src/index.js';
import { createTestOtp, makeWrong } from '../helpers/otp.js';
import { keepLines } from '../helpers/outcomes.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function createKit(options: Partial<OtpOptions> = {}) {
  const { lines, logger } = keepLines();
  const kit = createTestOtp({ logger, shortOpenMax: 200, ...options });
  const told = () =>
    lines
      .filter(({ event }) => /^codes\./.test(String(event)))
      .map(({ event, cause, codes }) => [event, cause, codes]);
  let people = 0;
  /** Asks for codes in equal gaps; some are used after half a minute. */
  async function ask(count: number, gapMs: number, isUsed: (i: number) => boolean = () => false) {
    const open: [identity: string, code: string][] = [];
    for (let i = 0; i < count; i++) {
      const identity = `user:${people++}`;
      const code = await kit.obtain(identity);
      if (isUsed(i)) open.push([identity, code]);
      if (open.length * gapMs >= minuteMs / 2) {
        const [used, right] = open.shift() as [string, string];
        assert.equal((await kit.otp.verify(used, right)).status, 'valid');
      }
      kit.clock.advance(gapMs);
    }
  }
  return { ...kit, lines, told, ask };
}

describe('codes of all unknown browsers that are long', () => {
  // Attack: ask for a code of everyone, so that what operators need to see drowns in warnings.
  test('are told of once when it begins, once an hour, and once when it ends', async () => {
    const { told, ask, clock, lines } = createKit();
    await ask(40, 10);
    assert.deepEqual(told(), []);
    await ask(3000, (5 * hourMs) / 3000);
    assert.equal(lines.filter(({ code_length: length }) => length === 10).length > 2500, true);
    const begun = told();
    assert.deepEqual(begun[0], ['codes.lengthened', 'unused', 41]);
    assert.ok(begun.length >= 4 && begun.length <= 6, JSON.stringify(begun));
    assert.ok(begun.every(([event, cause]) => event === 'codes.lengthened' && cause === 'unused'));
    clock.advance(12 * minuteMs);
    const [event, , codes] = told().at(-1) ?? [];
    assert.equal(event, 'codes.shortened');
    assert.ok(Number(codes) > 2500 && Number(codes) < 3000);
    clock.advance(24 * hourMs);
    assert.equal(told().length, begun.length + 1);
    assert.ok(lines.every((line) => line['event'] !== 'codes.lengthened' || !('identity_tag' in line)));
  });

  test('are said to come from growth when nearly all codes are used', async () => {
    // Three codes a second, of which one in ten is never used.
    const { told, lines } = await (async () => {
      const kit = createKit({ shortOpenMax: 1000 });
      await kit.ask(2500, 300, (i) => i % 10 > 0);
      return kit;
    })();
    assert.ok(told().length > 0);
    for (const [event, cause] of told()) assert.deepEqual([event, cause], ['codes.lengthened', 'growth']);
    const line = lines.find(({ event }) => event === 'codes.lengthened');
    assert.ok(Number(line?.['used']) > 0.75 * Number(line?.['codes']), JSON.stringify(line));
  });

  // Attack: hide among people who sign in all the time.
  test('are said to come from unused codes when an attack begins on an ordinary day', async () => {
    const { told, ask } = createKit({ shortOpenMax: 1000 });
    await ask(1200, (4 * hourMs) / 1200, (i) => i % 10 > 0);
    assert.deepEqual(told(), []);
    await ask(300, 10);
    assert.deepEqual(
      told().map(([, cause]) => cause),
      ['unused'],
    );
  });

  test('are told of again when the cause turns out to be another', async () => {
    const { told, ask } = createKit();
    // Nobody has had the time to use a code when they get long.
    await ask(60, 10);
    await ask(3000, 300, (i) => i % 20 > 0);
    assert.deepEqual(
      told().map(([, cause]) => cause),
      ['unused', 'growth'],
    );
  });

  test('are a metric with the cause', async () => {
    const registry = new Registry();
    const { ask, clock } = createKit({ metrics: registry });
    const read = async () => {
      const text = await registry.metrics();
      return [...text.matchAll(/^stateless_otp_long_codes\{cause="(\w+)"\} (\d)$/gm)].map(
        ([, ...row]) => row,
      );
    };
    const none = [
      ['unused', '0'],
      ['growth', '0'],
    ];
    assert.deepEqual(await read(), none);
    await ask(50, 10);
    assert.deepEqual(await read(), [
      ['unused', '1'],
      ['growth', '0'],
    ]);
    clock.advance(hourMs);
    assert.deepEqual(await read(), none);
  });
});

test('codes of one identity that are long after wrong guesses are told of with its tag', async () => {
  const { otp, obtain, lines, clock } = createKit();
  for (let round = 0; round < 3; round++) {
    const code = await obtain('alice@example.com');
    for (let guess = 0; guess < 5; guess++) await otp.verify('alice@example.com', makeWrong(code));
    clock.advance(11 * minuteMs);
  }
  await obtain('bob@example.com');
  const told = lines.filter(({ event }) => event === 'codes.lengthened');
  assert.equal(told.length, 1);
  const { cause, code_length, identity_tag } = told[0] ?? {};
  assert.deepEqual([cause, code_length], ['guesses', 10]);
  assert.match(String(identity_tag), /^[\w-]{10}$/);
});

test('no codes are told of where they cannot be long', async () => {
  const { otp, told } = createKit({ lengthenAfter: 0, shortOpenMax: 5 });
  for (let i = 0; i < 50; i++) {
    const result = await otp.request(`user:${i}`);
    assert.ok(result.status === 'sent' && result.codeLength === 6);
  }
  assert.deepEqual(told(), []);
});
