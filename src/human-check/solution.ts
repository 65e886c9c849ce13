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

const maxCounter = 0xffff_ffff;
const maxContextLength = 64;

/** Parses base64 of JSON; null for anything but a solution. Of the puzzle it takes only what differs from others. */
export function parseSolution(text: string): Solution | null {
  if (text.length > maxSolutionLength) return null;
  const { challenge, solution } = asObject(parseJson(text));
  const { parameters, signature } = asObject(challenge);
  const { nonce, salt, expiresAt, data } = asObject(parameters);
  const { context, difficulty } = asObject(data);
  const { counter, derivedKey } = asObject(solution);
  const isSolution =
    isHex(nonce, 16) &&
    isHex(salt, 16) &&
    isHex(signature, 32) &&
    isHex(derivedKey, 32) &&
    isWhole(expiresAt, Number.MAX_SAFE_INTEGER) &&
    isWhole(difficulty, maxCounter) &&
    isWhole(counter, maxCounter) &&
    typeof context === 'string' &&
    context.length <= maxContextLength;
  if (!isSolution) return null;
  return {
    puzzle: { nonce, salt, expiresAt, data: { context, difficulty } },
    signature,
    counter,
    derivedKey,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(decodeBase64(text)?.toString() ?? '');
  } catch {
    return null;
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isHex(value: unknown, bytes: number): value is string {
  return typeof value === 'string' && value.length === 2 * bytes && /^[0-9a-f]*$/.test(value);
}

function isWhole(value: unknown, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max;
}
