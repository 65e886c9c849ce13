import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Counter, Histogram, Registry } from 'prom-client';
import { createCounts, createDurations } from '../../src/fast/tallies.js';

const label = fc.constantFrom('a', 'b', 'a,b', '');
const labels = fc.tuple(label, label, label);
const labelNames = ['first', 'second', 'third'];
const name = (values: readonly string[]) =>
  Object.fromEntries(labelNames.map((labelName, index) => [labelName, values[index] ?? '']));

test('it counts what a counter of prom-client would', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(labels), async (calls) => {
      const counts = createCounts();
      const plain = new Counter({
        name: 'calls_total',
        help: 'calls',
        labelNames,
        registers: [new Registry()],
      });
      for (const call of calls) {
        counts.add(...call);
        plain.inc(name(call));
      }
      const counted = counts.list().map((entry) => ({ labels: name(entry.labels), value: entry.count }));
      assert.deepEqual(counted, (await plain.get()).values);
    }),
    { numRuns: 200, seed: 1 },
  );
});

test('it sorts durations into the buckets of a histogram of prom-client', async () => {
  const boundsMs = [1, 5, 10];
  const duration = fc.oneof(fc.constantFrom(0, 1, 5, 10, 11), fc.double({ min: 0, max: 20, noNaN: true }));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(duration, labels)), async (calls) => {
      const durations = createDurations(boundsMs);
      const registers = [new Registry()];
      const plain = new Histogram({ name: 'calls', help: 'calls', labelNames, buckets: boundsMs, registers });
      for (const [index, [ms, call]] of calls.entries()) {
        if (index % 2 === 0) durations.add(ms, ...call);
        else durations.adder(...call)(ms);
        plain.observe(name(call), ms);
      }
      const listed = durations.list().flatMap(({ counts, sumMs }) => {
        const totals = counts.map((_, index) =>
          counts.slice(0, index + 1).reduce((sum, count) => sum + count),
        );
        return [...totals, sumMs, totals.at(-1)];
      });
      assert.deepEqual(
        listed,
        (await plain.get()).values.map(({ value }) => value),
      );
    }),
    { numRuns: 200, seed: 1 },
  );
});
