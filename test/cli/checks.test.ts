import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Check,
  createProgress,
  type Finding,
  ok,
  type Progress,
  runChecks,
} from '../../src/cli/connect/checks.js';
import { createManualMonotonicClock } from '../helpers/clock.js';

const never: Check = { name: 'hangs', run: () => new Promise<Finding>(() => {}) };
const good: Check = { name: 'good', run: () => ok('is there') };
const silent: Progress = { wait() {}, found() {} };

/** Lets what is under way go as far as it can. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('one that hangs fails at the limit, is told to stop, and delays no other', async () => {
  const clock = createManualMonotonicClock();
  const found: string[] = [];
  const signals: AbortSignal[] = [];
  const progress = { ...silent, found: (name: string) => found.push(name) };
  const hangs: Check = {
    ...never,
    run(signal) {
      signals.push(signal);
      return never.run(signal);
    },
  };
  const run = runChecks([hangs, good], { limitMs: 5000, clock, progress });
  await settle();
  assert.deepEqual(found, ['good']);
  clock.advance(5000);
  assert.deepEqual(await run, [
    { status: 'failed', text: 'no answer in 5 s' },
    { status: 'ok', text: 'is there' },
  ]);
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true],
  );
});

test('one that throws fails with what it says, whether at once or later', async () => {
  const clock = createManualMonotonicClock();
  const thrown: Check = {
    name: 'throws',
    run() {
      throw new Error('is wrong');
    },
  };
  const rejected: Check = { name: 'rejects', run: () => Promise.reject(new Error('is wrong')) };
  const findings = await runChecks([thrown, rejected], { limitMs: 1, clock, progress: silent });
  assert.deepEqual(findings, Array(2).fill({ status: 'failed', text: 'is wrong' }));
});

test('a terminal shows what is waited for, and nothing of it stays', async () => {
  const clock = createManualMonotonicClock();
  let [out, terminal] = ['', ''];
  const progress = createProgress({ write: (text) => (out += text) }, ['hangs', 'good'], {
    write: (text) => (terminal += text),
  });
  const run = runChecks([never, good], { limitMs: 1000, clock, progress });
  assert.match(terminal, /waiting for hangs, good …$/);
  await settle();
  assert.match(terminal, /waiting for hangs …$/);
  clock.advance(1000);
  await run;
  assert.ok(terminal.endsWith('\r\x1b[K'));
  assert.equal(out, 'ok       good   is there\nFAILED   hangs  no answer in 1 s\n');
});
