import { NotRunError } from '../../results.js';
import { obtainCodes } from './codes.js';
import { type Operation, preparationMs, type Target } from './operation.js';
import { listSupply } from './supply.js';
import { decodePart, readMember } from './tokens.js';

/** Preparing one takes a request and a verify. */
const most = 6000;

/** A right verify that makes the browser a known one. */
export const rememberingVerify: Operation = {
  async prepare(target, count) {
    return listSupply(await createVerifies(target, count), 200);
  },
};

/** A request of a known browser, each of another person. */
export const knownBrowserRequest: Operation = {
  most,
  async prepare(target, count) {
    const { protocol } = target.system;
    const requests: Buffer[] = [];
    const verifies = await createVerifies(target, count);
    await target.load.run({
      ...listSupply(verifies, 200),
      durationMs: preparationMs,
      onAnswer(answer) {
        const device = readMember(answer, 'device');
        const token = readMember(answer, 'access_token');
        if (device === null || token === null) throw new NotRunError('it does not remember browsers');
        requests.push(protocol.request(String(decodePart(token, 1)['sub']), { device }));
      },
    });
    return listSupply(requests, 200);
  },
};

async function createVerifies(target: Target, count: number): Promise<Buffer[]> {
  const codes = await obtainCodes(target, count);
  return codes.map(([identity, code]) => target.system.protocol.verify(identity, code, { remember: true }));
}
