// `otp.request` and `otp.verify` on the memory store: each call another identity.
import { loadBuilt } from '../servers/built.mjs';
import { check } from './check.mjs';
import { createOtpOn } from './create-otp.mjs';

/** @type {typeof import('../../src/stores/memory.js')} */
const { createMemoryStore } = await loadBuilt('stores/memory.js');

/**
 * @param {Pick<import('../../src/options/otp-options.js').OtpOptions, 'logger' | 'dayBudgets'>} options
 * @param {() => { ip?: string }} createCaller what each call says of its caller
 */
export function createOperations(options, createCaller) {
  let last = 0;
  let lastCode = '';
  const store = createMemoryStore({ maxEntries: 10_000_000 });
  const otp = createOtpOn({ ...options, store }, (_identity, code) => {
    lastCode = code;
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
        await otp.request(identity, createCaller());
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
