import { pbkdf2Sync } from 'node:crypto';
import type { AltchaChallenge } from '../../src/ports.js';

/** Solves a puzzle as ALTCHA's widget does, and encodes the solution as it is sent. */
export function solve(challenge: AltchaChallenge): string {
  const { nonce, salt, cost, keyLength, keyPrefix } = challenge.parameters;
  const password = Buffer.alloc(nonce.length / 2 + 4, nonce, 'hex');
  const saltBytes = Buffer.from(salt, 'hex');
  for (let counter = 0; ; counter++) {
    password.writeUInt32BE(counter, password.length - 4);
    const derivedKey = pbkdf2Sync(password, saltBytes, cost, keyLength, 'sha256').toString('hex');
    if (derivedKey.startsWith(keyPrefix)) return encode({ challenge, solution: { counter, derivedKey } });
  }
}

export function encode(payload: unknown): string {
  return Buffer.from(JSON.stringify(payload)).toString('base64');
}

export function decode(solution: string) {
  return JSON.parse(Buffer.from(solution, 'base64').toString()) as {
    challenge: AltchaChallenge;
    solution: { counter: number; derivedKey: string };
  };
}
