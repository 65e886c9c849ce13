import { randomBytes } from 'node:crypto';
import { minSecretBytes } from './core/secret.js';
import { hashApiKey } from './http/api-keys.js';
import type { Route } from './http/route.js';
import { processClock } from './monotonic-clock.js';
import type { OtpOptions } from './options/otp-options.js';
import { resolveOptions } from './options/resolve.js';
import type { MonotonicClock } from './ports.js';
import type { Valid, Verified } from './results.js';
import { type Otp, wire } from './wire.js';

export { jwksMaxAgeSeconds } from './http/oauth-routes.js';
export type { OtpOptions } from './options/otp-options.js';
export type { Otp } from './wire.js';

/** A new master secret: 32 random bytes as base64. */
export function generateSecretKey(): string {
  return randomBytes(minSecretBytes).toString('base64');
}

/** A new API key and its hash for `apiKeyHashes`; only the hash has to be stored. */
export function generateApiKey(): { key: string; hash: string } {
  const key = randomBytes(32).toString('base64url');
  return { key, hash: hashApiKey(key) };
}

/**
 * Creates the one-time code service for use inside your own program.
 *
 * @throws TypeError or RangeError that names the option, what was given and what is allowed
 * @example
 * import { createOtp } from 'stateless-otp';
 * import { createConsoleTransport } from 'stateless-otp/transports/console';
 * const otp = createOtp({
 *   secretKey: process.env.OTP_SECRET_KEY!,
 *   jwtSecret: process.env.JWT_SECRET!,
 *   transports: [createConsoleTransport()],
 * });
 * await otp.request('alice@example.com');
 * const result = await otp.verify('alice@example.com', '482931');
 * if (result.status === 'valid') console.log(result.accessToken);
 */
export function createOtp(options: OtpOptions & { accessTokens: 'off' }): Otp<Verified>;
export function createOtp(options: OtpOptions): Otp;
export function createOtp(options: OtpOptions): Otp<Verified | Valid> {
  return createOtpOn(processClock, options);
}

/** As `createOtp`, on a clock of the caller's, with further pages. */
export function createOtpOn(clock: MonotonicClock, options: OtpOptions, pages: readonly Route[] = []): Otp {
  // Without access tokens `valid` holds none; the types of `createOtp` say so.
  return wire(resolveOptions(options), clock, pages) as Otp;
}
