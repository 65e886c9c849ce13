import type { Operation } from './operation.js';
import { repeat } from './supply.js';
import { obtainToken } from './tokens.js';

/** What nginx asks for each request of a page: whether the session in the cookie may pass. */
export const gateByCookie: Operation = {
  async prepare(target) {
    const token = await obtainToken(target);
    return repeat(() => target.system.protocol.gate(token));
  },
};
