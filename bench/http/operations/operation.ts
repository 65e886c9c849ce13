import type { LoadGenerator } from '../../load.js';
import type { Protocol } from '../wire.js';
import type { Supply } from './supply.js';

export interface Signer {
  algorithm: 'HS256' | 'ES256' | 'EdDSA';
  key: string;
}

/** What an operation needs to know of a system. */
export interface Spoken {
  name: string;
  protocol: Protocol;
  /** Signs tokens like those of the system, to check new ones; its algorithm must be that of the tokens. */
  signer?: Signer;
  /**
   * For a system whose own store searches all entries one by one: identities used over and over, and the most requests
   * of a round. Default: always new ones, as many as there is time for.
   */
  pool?: number;
}

/** What an operation needs of a running system. */
export interface Target {
  system: Spoken;
  /** Of the server itself. */
  port: number;
  /** Straight to the server. */
  load: LoadGenerator;
  /** Where the system writes the codes that it was told to hand over. */
  codesFile: string;
  /** Where the mail server writes whom it was given a message for, a line each. */
  recipientsFile: string;
}

export interface Operation {
  /**
   * Makes requests ready for one round: at least `count`, unless the system is kept to a pool of identities. What this costs
   * is not measured.
   */
  prepare(target: Target, count: number): Supply | Promise<Supply>;
  /** Most requests of a round, where they are dear to prepare. Default: as many as there is time for. */
  most?: number;
  /** All requests that are made ready are sent and counted, however long it takes: they are too few to leave any out. */
  isWhole?: boolean;
}

/** Longest time that preparing may take. */
export const preparationMs = 120_000;
