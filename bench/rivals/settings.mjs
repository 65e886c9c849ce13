// What every rival on Node is told by its environment.
import { appendFileSync } from 'node:fs';

export const port = Number(process.env.BENCH_PORT);
export const redisUrl = process.env.REDIS_URL;
export const jwtSecret = process.env.JWT_SECRET;
export const lifeSeconds = 300;

/** Delivery to nowhere; codes that the load generator needs for a later verify are handed to it. */
export function deliver(identity, code) {
  if (identity.startsWith('v')) appendFileSync(process.env.BENCH_CODES_FILE, `${identity} ${code}\n`);
}
