import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { createChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import type { AltchaChallenge, HumanCheck, HumanCheckContext } from '../core/human-check.js';
import { OtpError } from '../errors.js';
import { createHmacSha256 } from '../fast/hmac.js';
import { encodeMessage } from '../fast/message.js';
import { truncateTo16Bytes } from '../fast/truncation.js';
import type { Clock, Store } from '../ports.js';
import { chooseDifficulty, completePuzzle, type Parameters } from './puzzle.js';
import { parseSolution, type Solution } from './solution.js';

const lifeSeconds = 120;
/** Longer than any instance of the service accepts the solution, even if clocks differ. */
const claimSeconds = 2 * lifeSeconds;
/** Derivations use the threads that also resolve names and read files; Node has four. */
const maxDerivations = 2;
const maxWaiting = 256;
const counterBytes = 4;

/**
 * Puzzles that cost the caller time and the server almost nothing (https://altcha.org/docs/v2/proof-of-work-captcha). The
 * service does not store them: it signs each, and remembers the solved ones until they would have expired.
 *
 * `verifySolution` of altcha-lib is not used: it reads its own clock, and imports a key for each signature, which makes a forged
 * solution ten times as expensive for us. A test holds both to the same answers.
 */
export function createAltchaCheck(parts: {
  /** Derived from the identity secret for this alone. */
  key: KeyObject;
  store: Pick<Store, 'claim'>;
  clock: Clock;
}): HumanCheck {
  const { key, store, clock } = parts;
  const secret = key.export().toString('base64url');
  const signingKey = createSecretKey(Buffer.from(secret));
  const mac = createHmacSha256(key);
  const takeTurn = createTurns(maxDerivations, maxWaiting);

  /** One tag for all of it, so that strangers see no names that the store uses. */
  function nameContext({ budgetTag, network, purpose }: HumanCheckContext): string {
    return truncateTo16Bytes(mac(encodeMessage([budgetTag, network, purpose]), 'base64url'));
  }

  function isSigned(parameters: Parameters, signature: string): boolean {
    const expected = createHmac('sha256', signingKey).update(JSON.stringify(parameters)).digest();
    return timingSafeEqual(expected, Buffer.from(signature, 'hex'));
  }

  async function isSolved(parameters: Parameters, { counter, derivedKey }: Solution): Promise<boolean> {
    const { nonce, salt, keyPrefix } = parameters;
    if (!derivedKey.startsWith(keyPrefix)) return false;
    const password = Buffer.alloc(nonce.length / 2 + counterBytes, nonce, 'hex');
    password.writeUInt32BE(counter, password.length - counterBytes);
    const derived = await takeTurn(() => deriveKey(parameters, Buffer.from(salt, 'hex'), password));
    return timingSafeEqual(derived.derivedKey, Buffer.from(derivedKey, 'hex'));
  }

  return {
    provider: 'altcha',
    async ask(context) {
      const data = { context: nameContext(context), difficulty: chooseDifficulty(context) };
      const expiresAt = Math.floor(clock() / 1000) + lifeSeconds;
      // altcha-lib makes the nonce and the salt.
      const form = completePuzzle({ nonce: '', salt: '', expiresAt, data });
      if (form === null) throw new RangeError('unknown pressure');
      const { nonce: _nonce, salt: _salt, ...options } = form;
      const challenge = await createChallenge({ ...options, deriveKey, hmacSignatureSecret: secret });
      return { provider: 'altcha', challenge: challenge as AltchaChallenge };
    },
    async passes(text, context) {
      const solution = parseSolution(text);
      if (solution === null || clock() >= solution.puzzle.expiresAt * 1000) return false;
      const parameters = completePuzzle(solution.puzzle);
      if (parameters === null || !isSigned(parameters, solution.signature)) return false;
      const { data } = parameters;
      const isAsked = data.context === nameContext(context) && data.difficulty >= chooseDifficulty(context);
      if (!isAsked || !(await isSolved(parameters, solution))) return false;
      // By the puzzle, not by the answer: a puzzle has many solutions. It is random, so it reveals nothing about anyone.
      const { nonce, salt } = parameters;
      return store.claim(`solved ${nonce.slice(0, 16)}${salt.slice(0, 16)}`, claimSeconds);
    },
  };
}

/**
 * Runs a few tasks at once; others wait for their turn.
 *
 * @returns a function that runs a task, and rejects with the OtpError `overloaded` when too many wait
 */
export function createTurns(max: number, maxWaiting: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <Result>(task: () => Promise<Result>): Promise<Result> => {
    if (running >= max) {
      if (waiting.length >= maxWaiting)
        throw new OtpError('overloaded', 'Too many solutions are being checked');
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running++;
    }
    try {
      return await task();
    } finally {
      // The next one takes this place, so that no other can.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
