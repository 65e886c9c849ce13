// `otp.request` and `otp.verify` on the memory store: each call another identity, and the message goes nowhere.
import { loadBuilt } from '../servers/built.mjs';
import { check } from './check.mjs';

/** @type {typeof import('../../src/otp.js')} */
const { createOtp, generateSecretKey } = await loadBuilt('otp.js');
/** @type {typeof import('../../src/stores/memory.js')} */
const { createMemoryStore } = await loadBuilt('stores/memory.js');

/**
 * @param {Pick<import('../../src/options/otp-options.js').OtpOptions, 'logger'>} options
 * @param {() => { ip?: string }} createCaller what each call says of its caller
 */
export function createOperations(options, createCaller) {
  let last = 0;
  let lastCode = '';
  const otp = createOtp({
    ...options,
    secretKey: generateSecretKey(),
    jwtSecret: generateSecretKey(),
    store: createMemoryStore({ maxEntries: 10_000_000 }),
    transports: [
      {
        name: 'bench',
        channels: ['email'],
        async send({ code }) {
          lastCode = code;
          return { ok: true };
        },
      },
    ],
  });
  const createIdentity = () => `p${++last}@example.com`;
  return {
    request: () => async () => {
      const result = await otp.request(createIdentity(), createCaller());
      return check(result, result.status === 'sent');
    },
    /** @param {number} count */
    'verify right': async (count) => {
      /** @type {[string, string][]} */
      const pending = [];
      for (let i = 0; i < count; i++) {
        const identity = createIdentity();
        await otp.request(identity);
        pending.push([identity, lastCode]);
      }
      return async () => {
        const [identity, code] = pending.pop() ?? ['', ''];
        const result = await otp.verify(identity, code, createCaller());
        return check(result, result.status === 'valid');
      };
    },
  };
}
