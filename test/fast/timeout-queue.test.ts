import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TimeoutQueue } from '../../src/fast/timeout-queue.js';

const timeoutMs = 500;

/** A clock whose timers run when the test moves it. */
function createTestClock() {
  let time = 0;
  let timers: { at: number; callback: () => void }[] = [];
  return {
    now: () => time,
    after(ms: number, callback: () => void) {
      timers.push({ at: time + ms, callback });
      return { unref() {} };
    },
    countTimers: () => timers.length,
    advance(ms: number) {
      const end = time + ms;
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        timers = timers.filter((timer) => timer !== next);
        time = next.at;
        next.callback();
      }
      time = end;
    },
  };
}

function createCall() {
  const call = {
    isSettled: false,
    error: undefined as Error | undefined,
    reject(error: Error) {
      call.error = error;
      call.isSettled = true;
    },
  };
  return call;
}

describe('a queue of time limits', () => {
  it('ends exactly the calls that a timer for each would end, at the same times', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add' as const) }),
      fc.record({ kind: fc.constant('answer' as const) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 400 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const clock = createTestClock();
        const queue = new TimeoutQueue(timeoutMs, clock);
        const calls: { call: ReturnType<typeof createCall>; endsAt: number; answered: boolean }[] = [];
        for (const one of steps) {
          if (one.kind === 'add') {
            const call = createCall();
            calls.push({ call, endsAt: clock.now() + timeoutMs, answered: false });
            queue.add(call);
          } else if (one.kind === 'answer') {
            // In order, as Redis answers.
            const first = calls.find(({ call }) => !call.isSettled);
            if (first) {
              first.call.isSettled = true;
              first.answered = true;
            }
          } else {
            clock.advance(one.ms);
          }
          for (const { call, endsAt, answered } of calls)
            assert.equal(call.error !== undefined, !answered && endsAt <= clock.now());
          assert.ok(clock.countTimers() <= 1);
        }
      }),
      { seed: 4711 },
    );
  });

  it('needs no timer once everything has ended', () => {
    const clock = createTestClock();
    const queue = new TimeoutQueue(timeoutMs, clock);
    const call = createCall();
    queue.add(call);
    call.isSettled = true;
    clock.advance(timeoutMs);
    assert.equal(clock.countTimers(), 0);
    assert.equal(call.error, undefined);
  });
});
