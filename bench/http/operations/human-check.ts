import { type Challenge, solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { NotRunError } from '../../results.js';
import { post } from '../wire.js';
import { createIdentity } from './codes.js';
import { type Operation, preparationMs, type Target } from './operation.js';
import { listSupply } from './supply.js';

/** All requests come from one address, which has used up what it may send in a day without a check. */
const from = { 'X-Forwarded-For': '12.0.0.1' };
const freeSends = 100;
const path = '/api/v1/otp/request';
/** Each takes the load generator about a second of work. */
const mostSolved = 4;

/** A request that is answered with a puzzle. */
export const humanCheckAsked: Operation = {
  async prepare(target, count) {
    await useUpFreeSends(target);
    return listSupply(createAsking(count), 403);
  },
};

/** The same request with the solution. */
export const humanCheckRedeemed: Operation = {
  most: mostSolved,
  isWhole: true,
  async prepare(target, count) {
    await useUpFreeSends(target);
    const solved = Array.from({ length: count }, async () => {
      const identity = createIdentity('m');
      return post(path, { identity, human_check: await solve(target, identity) }, from);
    });
    return listSupply(await Promise.all(solved), 200);
  },
};

function createAsking(count: number): Buffer[] {
  return Array.from({ length: count }, () =>
    post(path, { identity: createIdentity('m'), human_check: null }, from),
  );
}

async function useUpFreeSends({ load }: Target): Promise<void> {
  await load.run({ ...listSupply(createAsking(freeSends), 200), durationMs: preparationMs });
}

async function solve({ port }: Target, identity: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...from },
    body: JSON.stringify({ identity, human_check: null }),
  });
  const body = (await answer.json()) as { human_check?: { challenge: Challenge } };
  const challenge = body.human_check?.challenge;
  if (!challenge) throw new NotRunError(`it asked for no human check, but answered ${answer.status}`);
  const solution = await solveChallenge({ challenge, deriveKey });
  return Buffer.from(JSON.stringify({ challenge, solution })).toString('base64');
}
