import { z } from 'zod';
import { decodeBase64 } from '../core/base64.js';
import { maxSolutionLength } from '../core/human-check.js';
import type { PuzzleInput } from './puzzle.js';

/** What ALTCHA's widget sends: the puzzle and its solution. */
export interface Solution {
  puzzle: PuzzleInput;
  signature: string;
  counter: number;
  derivedKey: string;
}

const maxContextLength = 64;
const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
const uint32 = z.int().min(0).max(0xffff_ffff);

/** Of the puzzle only what differs from others; the rest is dropped. */
const schema = z.object({
  challenge: z.object({
    parameters: z.object({
      nonce: hex(16),
      salt: hex(16),
      expiresAt: z.int().min(0),
      data: z.object({ context: z.string().max(maxContextLength), difficulty: uint32 }),
    }),
    signature: hex(32),
  }),
  solution: z.object({ counter: uint32, derivedKey: hex(32) }),
});

/** Parses base64 of JSON; null for anything but a solution. */
export function parseSolution(text: string): Solution | null {
  if (text.length > maxSolutionLength) return null;
  const { data } = schema.safeParse(parseJson(text));
  if (!data) return null;
  const { parameters, signature } = data.challenge;
  return { puzzle: parameters, signature, ...data.solution };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(decodeBase64(text)?.toString() ?? '');
  } catch {
    return null;
  }
}
