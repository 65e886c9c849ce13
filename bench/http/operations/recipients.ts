import { fstatSync, openSync, readFileSync } from 'node:fs';
import { NotRunError } from '../../results.js';
import { createIdentity } from './codes.js';
import type { Operation } from './operation.js';
import { listSupply } from './supply.js';

const recipients = 1000;

/** A thousand people at once, each of whom gets a mail over the pooled connections. */
export const requestOfRecipients: Operation = {
  most: recipients,
  isWhole: true,
  prepare({ system: { protocol }, recipientsFile }, count) {
    const identities = Array.from({ length: count }, () => createIdentity('m'));
    const from = fstatSync(openSync(recipientsFile, 'r')).size;
    return {
      ...listSupply(
        identities.map((identity) => protocol.request(identity)),
        200,
      ),
      check() {
        const got = readFileSync(recipientsFile, 'utf8').slice(from).trim().split('\n');
        const missing = identities.filter((identity) => !got.includes(identity));
        if (missing.length > 0 || got.length !== count) {
          throw new NotRunError(
            `${got.length} mails arrived for ${count} people, ${missing.length} got none`,
          );
        }
      },
    };
  },
};
