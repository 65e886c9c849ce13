import { daySeconds, guessMemorySeconds } from './policy.js';

/** How often an identity is unblocked before force is needed: each time gives an attacker new guesses. */
export const unblocks = { max: 3, periodSeconds: guessMemorySeconds };

/** The same in words. */
export const unblocksInWords = `${unblocks.max} times in ${unblocks.periodSeconds / daySeconds} days`;
