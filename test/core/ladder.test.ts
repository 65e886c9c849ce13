import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addressLadder,
  chooseFigures,
  countGivenBack,
  createCountryLadder,
  findRefusal,
  identityLadder,
  isOnSecondStep,
  type Ladder,
  paidChannels,
  prefixLadder,
  siteLadder,
  unitsPerSend,
} from '../../src/core/ladder.js';
import { channels } from '../../src/core/policy.js';

/** How many sends get through when networks ask in this order, each as often as it can. */
function countSends(
  ladder: Ladder,
  isOnSecondStep: boolean,
  networks: (string | undefined)[],
  bestDay = 0,
): number {
  const figures = chooseFigures(ladder, isOnSecondStep, bestDay);
  const used = new Map<string | undefined, number>();
  let sum = 0;
  for (const network of networks) {
    const ofNetwork = network === undefined ? undefined : (used.get(network) ?? 0);
    if (findRefusal(figures, sum, ofNetwork)) continue;
    sum += unitsPerSend;
    used.set(network, (used.get(network) ?? 0) + unitsPerSend);
  }
  return sum / unitsPerSend;
}

const from = (...counts: number[]) =>
  counts.flatMap((count, network) => Array.from({ length: count }, () => `network ${network}`));
const many = (count: number) => Array.from({ length: count }, (_, network) => `network ${network}`);
const nobody = (count: number) => Array.from({ length: count }, () => undefined);

test('each row gives what its table says: free, with a check, and to one network', () => {
  assert.equal(countSends(identityLadder, false, from(99)), 5);
  assert.equal(countSends(identityLadder, true, from(99)), 8);
  assert.equal(countSends(identityLadder, false, many(99)), 10);
  assert.equal(countSends(identityLadder, true, many(99)), 30);
  // Without an address that counts, networks do not either.
  assert.equal(countSends(identityLadder, false, nobody(99)), 10);
  assert.equal(countSends(identityLadder, true, nobody(99)), 20);
  assert.equal(countSends(addressLadder, false, nobody(999)), 100);
  assert.equal(countSends(addressLadder, true, nobody(999)), 400);
  assert.equal(countSends(siteLadder, false, nobody(9999)), 1600);
  assert.equal(countSends(siteLadder, true, nobody(9999)), 6400);
  assert.equal(countSends(prefixLadder, false, nobody(99)), 20);
  assert.equal(countSends(prefixLadder, true, nobody(99)), 60);
  assert.equal(countSends(prefixLadder, false, [...from(0, 10), ...from(99)]), 15);
  assert.equal(countSends(prefixLadder, true, [...from(0, 10), ...from(99)]), 25);
  assert.equal(countSends(createCountryLadder(100), false, many(999)), 100);
  assert.equal(countSends(createCountryLadder(100), true, many(999)), 300);
  assert.equal(countSends(createCountryLadder(100), false, [...from(0, 50), ...from(99)]), 60);
  assert.equal(countSends(createCountryLadder(5000), false, many(9999)), 5000);
  assert.equal(countSends(createCountryLadder(100), false, many(999), 240), 240);
  assert.equal(countSends(createCountryLadder(100), true, many(999), 240), 720);
  assert.equal(countSends(createCountryLadder(100), false, many(999), 40), 100);
});

// Attack: keep an owner from a new code for a whole day, from as few networks as possible.
test('a lock for a day takes 13 networks by mail, and 2 on paid channels where no check can be asked', () => {
  const lockedBy = (isOnSecondStep: boolean, max: number) => {
    for (let networks = 1; ; networks++) {
      const sent = countSends(identityLadder, isOnSecondStep, from(...Array(networks).fill(99)));
      if (sent >= max) return networks;
    }
  };
  assert.equal(lockedBy(true, 30), 13);
  assert.equal(lockedBy(false, 10), 2);
});

test('nothing that a row allows on its first step is refused on the second', () => {
  const ladders = [identityLadder, addressLadder, siteLadder, prefixLadder, createCountryLadder(100)];
  fc.assert(
    fc.property(
      fc.constantFrom(...ladders),
      fc.nat(2000),
      fc.option(fc.nat(2000), { nil: undefined }),
      fc.nat(500),
      (ladder, used, ofNetwork, bestDay) => {
        const part = ofNetwork === undefined ? undefined : Math.min(used, ofNetwork);
        const free = findRefusal(chooseFigures(ladder, false, bestDay), used, part);
        const checked = findRefusal(chooseFigures(ladder, true, bestDay), used, part);
        assert.ok(free !== null || checked === null);
        // And no row refuses less the more it has sent, except a network that is new to it.
        const next = findRefusal(chooseFigures(ladder, false, bestDay), used + 1, part);
        assert.ok(free === null || next !== null);
      },
    ),
    { numRuns: 5000, seed: 1 },
  );
});

test('in any order of networks, no more is sent to one person than its figure', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(12), { maxLength: 200 }), fc.boolean(), (order, isSecond) => {
      const sent = countSends(
        identityLadder,
        isSecond,
        order.map((network) => `network ${network}`),
      );
      assert.ok(sent <= (isSecond ? 30 : 10));
    }),
    { numRuns: 300, seed: 1 },
  );
});

test('who cannot be asked for a check has the second step by mail, and the first where messages cost', () => {
  for (const channel of channels) {
    const paid = ['sms', 'whatsapp', 'voice'].includes(channel);
    assert.equal(isOnSecondStep(channel, { isChecked: true, canBeAsked: true }), true);
    assert.equal(isOnSecondStep(channel, { isChecked: false, canBeAsked: true }), false);
    assert.equal(isOnSecondStep(channel, { isChecked: false, canBeAsked: false }), !paid);
    assert.equal(countGivenBack(paidChannels.has(channel)), paid ? unitsPerSend * 0.8 : unitsPerSend);
  }
});
