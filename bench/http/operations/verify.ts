import { obtainCodes } from './codes.js';
import type { Operation } from './operation.js';
import { listSupply } from './supply.js';

export const rightVerify: Operation = {
  async prepare(target, count) {
    const codes = await obtainCodes(target, count);
    return listSupply(
      codes.map(([identity, code]) => target.system.protocol.verify(identity, code)),
      200,
    );
  },
};

/** Each code is tried this often with a wrong one: within the attempts of every system. */
const wrongTries = 2;

export const wrongVerify: Operation = {
  async prepare(target, count) {
    const { protocol } = target.system;
    const codes = await obtainCodes(target, Math.ceil(count / wrongTries));
    // Of each try a request of its own: it may come from another address.
    const requests = Array.from({ length: wrongTries }, () =>
      codes.map(([identity, code]) => protocol.verify(identity, changeLastDigit(code))),
    );
    return listSupply(requests.flat(), protocol.wrongStatus);
  },
};

/** Never the code itself, and as long. */
function changeLastDigit(code: string): string {
  return code.slice(0, -1) + ((Number(code.at(-1)) + 1) % 10);
}
