// better-auth with its e-mail OTP plugin: everything in its memory adapter, or sessions and codes in Redis.
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { toNodeHandler } from 'better-auth/node';
import { emailOTP } from 'better-auth/plugins';
import { Redis } from 'ioredis';
import { deliver, jwtSecret, lifeSeconds, port, redisUrl } from './settings.mjs';

const auth = betterAuth({
  baseURL: `http://127.0.0.1:${port}`,
  secret: jwtSecret,
  database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
  ...(redisUrl ? { secondaryStorage: createStorage(new Redis(redisUrl)) } : {}),
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { disabled: true },
  plugins: [
    emailOTP({
      expiresIn: lifeSeconds,
      async sendVerificationOTP({ email, otp }) {
        deliver(email, otp);
      },
    }),
  ],
});

createServer(toNodeHandler(auth)).listen(port, '127.0.0.1');

function createStorage(redis) {
  return {
    get: (key) => redis.get(key),
    set: (key, value, ttl) => (ttl ? redis.set(key, value, 'EX', Math.ceil(ttl)) : redis.set(key, value)),
    delete: (key) => redis.del(key),
    getAndDelete: (key) => redis.getdel(key),
    async increment(key, ttl) {
      const count = await redis.incr(key);
      if (count === 1) await redis.expire(key, ttl);
      return count;
    },
  };
}
