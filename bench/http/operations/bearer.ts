import type { Operation } from './operation.js';
import { listSupply, repeat } from './supply.js';
import { obtainToken, renewToken } from './tokens.js';

/** The same token again and again. */
export const bearerSeenBefore: Operation = {
  async prepare(target) {
    const token = await obtainToken(target);
    return repeat(() => target.system.protocol.bearer(token));
  },
};

export const bearerNew: Operation = {
  async prepare(target, count) {
    const { protocol, signer } = target.system;
    if (!signer) throw new Error(`${target.system.name} has no signer`);
    const token = await obtainToken(target);
    const tokens = Array.from({ length: count }, () => renewToken(token, signer));
    return listSupply(tokens.map(protocol.bearer), 200);
  },
};
