// The library on a store, with messages that go nowhere.
import { loadBuilt } from '../servers/built.mjs';

/** @type {typeof import('../../src/otp.js')} */
const { createOtp, generateSecretKey } = await loadBuilt('otp.js');

/**
 * @param {Partial<import('../../src/options/otp-options.js').OtpOptions>
 *   & Pick<import('../../src/options/otp-options.js').OtpOptions, 'store'>} options
 * @param {(identity: string, code: string) => void} deliver
 */
export function createOtpOn(options, deliver) {
  return createOtp({
    secretKey: generateSecretKey(),
    jwtSecret: generateSecretKey(),
    // A bench asks for more codes in a second than strangers may have open in an hour.
    shortOpenMax: 100_000_000,
    transports: [
      {
        name: 'bench',
        channels: ['email'],
        async send({ to, code }) {
          deliver(to, code);
          return { ok: true };
        },
      },
    ],
    ...options,
  });
}

/** Counts up; each address is of another network. */
export function createAddresses() {
  let last = 0;
  return () => {
    last += 1;
    return `11.${(last >> 16) & 255}.${(last >> 8) & 255}.${last & 255}`;
  };
}
