import type { Requirement } from '../requirements.js';
import type { Spoken } from './operations/operation.js';
import type { OperationName } from './operations/operations.js';

/** One server that is measured. */
export interface System extends Spoken {
  command: string;
  args: string[];
  env: Record<string, string>;
  usesRedis: boolean;
  requires: Requirement[];
  operations: OperationName[];
  /** The same with the limits and the log on, and each request from an address of its own behind a proxy. */
  shipped?: System;
  /** Measured requests go through nginx, as in `examples/nginx`. Default: straight to the server. */
  isBehindNginx?: boolean;
  /** Sends its messages to a mail server. Default: they go nowhere. */
  sendsMail?: boolean;
}

/** What a system has in addition to `operations` and what it has by default. */
export type Chosen = Partial<System> & Pick<System, 'operations'>;
