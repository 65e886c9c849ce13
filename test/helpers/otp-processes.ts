import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { killAtExit } from './leftovers.js';
import { root } from './process.js';

export interface Question {
  id: number;
  /** Added to the clock of Redis. */
  nowMs: number;
  verb: 'request' | 'verify';
  identity: string;
  code?: string | undefined;
  options: Record<string, unknown>;
}

export interface Answer {
  id: number;
  result: Record<string, unknown>;
  /** What was sent, if anything. */
  code?: string | undefined;
}

/** Several processes with the library on one Redis, which are asked in turn, on a clock that the test moves. */
export async function startOtpProcesses(count: number, redisUrl: string) {
  const waiting = new Map<number, (answer: Answer) => void>();
  let nowMs = 0;
  let asked = 0;
  const children: ChildProcess[] = [];
  for (let index = 0; index < count; index++) {
    const child = fork(join(root, 'test/helpers/otp-process.ts'), {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, TEST_REDIS_URL: redisUrl },
    });
    killAtExit(() => child.kill('SIGKILL'));
    children.push(child);
  }
  await Promise.all(children.map((child) => once(child, 'message')));
  for (const child of children) {
    child.on('message', (answer: Answer) => {
      waiting.get(answer.id)?.(answer);
      waiting.delete(answer.id);
    });
  }
  function ask(
    verb: Question['verb'],
    identity: string,
    options: Question['options'],
    code?: string,
  ): Promise<Answer> {
    const id = ++asked;
    const question: Question = { id, nowMs, verb, identity, code, options };
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      children[id % count]?.send(question);
    });
  }
  return {
    request: (identity: string, options: Question['options'] = {}) => ask('request', identity, options),
    verify: (identity: string, code: string, options: Question['options'] = {}) =>
      ask('verify', identity, options, code),
    advance(ms: number) {
      nowMs += ms;
    },
    async stop() {
      await Promise.all(
        children.map(async (child) => {
          if (child.exitCode !== null) return;
          child.disconnect();
          await once(child, 'exit');
        }),
      );
    },
  };
}
