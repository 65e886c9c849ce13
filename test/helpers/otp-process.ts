// The library on Redis in a process of its own, asked over IPC. See `otp-processes.ts`.
import { createOtp, type Transport } from '../../src/index.js';
import { createRedisStore } from '../../src/stores/redis.js';
import { jwtSecret, secretKey } from './otp.js';
import type { Answer, Question } from './otp-processes.js';

let offsetMs = 0;
const codes = new Map<string, string>();
const transport: Transport = {
  name: 'inbox',
  channels: ['email'],
  async send({ requestId = '', code }) {
    codes.set(requestId, code);
    return { ok: true };
  },
};
const store = await createRedisStore({
  url: process.env['TEST_REDIS_URL'],
  timeoutMs: 10_000,
  testClockOffsetMs: () => offsetMs,
});
const otp = createOtp({ secretKey, jwtSecret, store, transports: [transport] });

process.on('message', async ({ id, nowMs, verb, identity, code, options }: Question) => {
  offsetMs = nowMs;
  const call = { ...options, requestId: `call-${id}` };
  const result = await (verb === 'request'
    ? otp.request(identity, call)
    : otp.verify(identity, code, call)
  ).catch((error: Error) => ({ status: `failed: ${error.message}` }));
  const answer: Answer = { id, result: { ...result }, code: codes.get(call.requestId) };
  codes.delete(call.requestId);
  process.send?.(answer);
});
process.on('disconnect', () => process.exit());
process.send?.({ id: 0, result: {} });
