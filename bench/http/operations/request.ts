import { createIdentity } from './codes.js';
import type { Operation } from './operation.js';
import { listSupply } from './supply.js';

/** Each of another identity. */
export const request: Operation = {
  prepare({ system: { protocol, pool } }, count) {
    const identities = Array.from({ length: Math.min(count, pool ?? count) }, () =>
      createIdentity('m', pool),
    );
    return listSupply(
      identities.map((identity) => protocol.request(identity)),
      200,
    );
  },
};
