import type { AltchaChallenge, HumanCheckContext } from '../core/human-check.js';

/**
 * How hard a puzzle is. Each hexadecimal digit of `keyPrefix` multiplies the number of tries by 16; each try takes `cost`
 * iterations. The server needs a single try, so puzzles get harder by the prefix. Only the step between two lengths is made
 * by the cost, with cheaper tries.
 */
interface Difficulty {
  keyPrefix: string;
  cost: number;
}

/** By their number in the signed data. About one, four and sixteen million iterations: as many seconds on a phone. */
const difficulties: readonly Difficulty[] = [
  { keyPrefix: '00', cost: 4096 },
  { keyPrefix: '000', cost: 1024 },
  { keyPrefix: '000', cost: 4096 },
];

const difficultyUnder: Record<HumanCheckContext['pressure'], number> = { none: 0, address: 1, identity: 2 };

export function chooseDifficulty({ pressure }: Pick<HumanCheckContext, 'pressure'>): number {
  return difficultyUnder[pressure];
}

export const algorithm = 'PBKDF2/SHA-256';
export const keyLength = 32;

export type Parameters = AltchaChallenge['parameters'];

/** What differs from puzzle to puzzle. */
export type PuzzleInput = Pick<Parameters, 'nonce' | 'salt' | 'expiresAt' | 'data'>;

/** A whole puzzle, or null for a difficulty that does not exist. The order of the members is that of ALTCHA's signature. */
export function completePuzzle({ nonce, salt, expiresAt, data }: PuzzleInput): Parameters | null {
  const { context, difficulty } = data;
  const found = difficulties[difficulty];
  if (!found) return null;
  const { keyPrefix, cost } = found;
  return { algorithm, cost, data: { context, difficulty }, expiresAt, keyLength, keyPrefix, nonce, salt };
}
