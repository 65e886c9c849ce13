import type { Requirement } from '../requirements.js';
import type { OperationName } from './operations/operations.js';
import type { Protocol } from './wire.js';

/** One server that is measured. */
export interface System {
  name: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  usesRedis: boolean;
  requires: Requirement[];
  protocol: Protocol;
  operations: OperationName[];
  /** Signs tokens like those of the system, to check new ones; its algorithm must be that of the tokens. */
  signer?: Signer;
  /** The same with the limits and the log on, and each request from an address of its own behind a proxy. */
  shipped?: System;
  /** Measured requests go through nginx, as in `examples/nginx`. Default: straight to the server. */
  isBehindNginx?: boolean;
  /** Sends its messages to a mail server. Default: they go nowhere. */
  sendsMail?: boolean;
  /**
   * For a system whose own store searches all entries one by one: identities used over and over, and the most requests
   * of a round. Default: always new ones, as many as there is time for.
   */
  pool?: number;
}

export interface Signer {
  algorithm: 'HS256' | 'ES256' | 'EdDSA';
  key: string;
}

/** What a system has in addition to `operations` and what it has by default. */
export type Chosen = Partial<System> & Pick<System, 'operations'>;
