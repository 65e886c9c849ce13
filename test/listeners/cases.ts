import { bodies } from './bodies.js';
import { cors } from './cors.js';
import { credentials, headers, keys } from './headers.js';
import { methods } from './methods.js';
import { hosts, targets } from './targets.js';

/** For a service with its defaults, and for one with `apiKeyHashes` and `corsOrigins`. */
export const cases = {
  open: { targets, hosts, credentials, headers, methods, bodies },
  restricted: { keys, cors },
};
