import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeReceipt, encodeReceipt } from '../../src/service/send-receipt.js';

const sentAtMs = 1_795_804_800_000;
const decode = (receipt: string) => decodeReceipt({ receipt, network: undefined, units: 1, atMs: sentAtMs });
const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
const tag = fc.stringMatching(/^[\w-]{1,22}$/);
const written = fc.record({
  side: fc.constantFrom('known' as const, 'unknown' as const),
  sender: fc.option(fc.record({ address: tag, site: fc.option(tag, { nil: undefined }) }), {
    nil: undefined,
  }),
  addressAtMs: fc.option(time, { nil: undefined }),
  phoneAtMs: time,
});

test('a receipt names again what it was written for', () => {
  fc.assert(
    fc.property(written, ({ side, sender, addressAtMs, phoneAtMs }) => {
      assert.deepEqual(decode(encodeReceipt(side, sender as never, addressAtMs, phoneAtMs)), {
        side,
        sender: sender && { ...sender },
        addressAtMs: addressAtMs ?? sentAtMs,
        phoneAtMs,
      });
    }),
    { seed: 7 },
  );
});

// During an upgrade, and for a day after it.
test('a receipt of the version that always wrote the time of the address is read', () => {
  const at = sentAtMs.toString(36);
  const times = { addressAtMs: sentAtMs, phoneAtMs: 0 };
  const address = 'a1b2c3';
  assert.deepEqual(decode(`u ${at} 0 ${address} s1`), {
    side: 'unknown',
    sender: { address, site: 's1' },
    ...times,
  });
  assert.deepEqual(decode(`k ${at} 0 ${address} `), {
    side: 'known',
    sender: { address, site: undefined },
    ...times,
  });
  assert.deepEqual(decode(`k 0 ${at}`), {
    side: 'known',
    sender: undefined,
    addressAtMs: 0,
    phoneAtMs: sentAtMs,
  });
});

// Attack: one receipt that cannot be read, and what others get back in the same call stays counted.
test('whatever a receipt holds, its times are numbers that a store takes', () => {
  const cut = fc.tuple(written, fc.nat(60)).map(([{ side, sender, addressAtMs, phoneAtMs }, length]) => {
    return encodeReceipt(side, sender as never, addressAtMs, phoneAtMs).slice(0, length);
  });
  const words = fc.array(
    fc.oneof(fc.string(), fc.constantFrom('u', 'k', '', '-1', 'NaN', '1e999', 'zzzzzzzzzzzz')),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        cut,
        fc.string(),
        words.map((all) => all.join(' ')),
      ),
      (receipt) => {
        const { addressAtMs, phoneAtMs } = decode(receipt);
        for (const ms of [addressAtMs, phoneAtMs]) assert.ok(Number.isSafeInteger(ms) && ms >= 0, receipt);
      },
    ),
    { seed: 8, numRuns: 5000 },
  );
});
