import { createHmac, createPrivateKey, sign } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { LoadGenerator } from '../load.js';
import { NotRunError } from '../results.js';
import type { Operation, System } from './systems.js';

/** Requests made ready beforehand, or a few that are sent again and again. */
export interface Supply {
  /** How many there are. */
  size: number;
  next(): Buffer | null;
  expectedStatus: number;
}

/** What an operation needs of a running system. */
export interface Target {
  system: System;
  load: LoadGenerator;
  /** Where the system writes the codes that it was told to hand over. */
  codesFile: string;
}

/** Each code is tried this often with a wrong one: within the attempts of every system. */
const wrongTries = 2;
const preparationMs = 120_000;
const repeated = 1024;
let lastIdentity = 0;

/**
 * Makes requests ready for one round of an operation: at least `count`, unless the system is kept to a pool of
 * identities. What this costs is not measured.
 */
export async function prepare(operation: Operation, target: Target, count: number): Promise<Supply> {
  const { protocol, pool } = target.system;
  switch (operation) {
    case 'post':
    case 'request': {
      const requests = Array.from({ length: Math.min(count, pool ?? count) }, () =>
        protocol.request(createIdentity('m', pool)),
      );
      return listSupply(requests, 200);
    }
    case 'get':
      return repeat(() => protocol.bearer('a'.repeat(300)));
    case 'right verify':
      return listSupply(
        (await obtainCodes(target, count)).map(([identity, code]) => protocol.verify(identity, code)),
        200,
      );
    case 'wrong verify': {
      const codes = await obtainCodes(target, Math.ceil(count / wrongTries));
      const requests = codes.map(([identity, code]) => protocol.verify(identity, changeLastDigit(code)));
      return listSupply(Array(wrongTries).fill(requests).flat(), protocol.wrongStatus);
    }
    case 'bearer, seen before': {
      const token = await obtainToken(target);
      return repeat(() => protocol.bearer(token));
    }
    case 'bearer, new': {
      const token = await obtainToken(target);
      const tokens = Array.from({ length: count }, () => renewToken(token, target.system));
      return listSupply(tokens.map(protocol.bearer), 200);
    }
  }
}

function listSupply(requests: Buffer[], expectedStatus: number): Supply {
  let position = 0;
  return { size: requests.length, next: () => requests[position++] ?? null, expectedStatus };
}

/** Without end; each may come from another address. */
function repeat(create: () => Buffer): Supply {
  const requests = Array.from({ length: repeated }, create);
  let position = 0;
  const next = () => requests[position++ % repeated] ?? null;
  return { size: Number.POSITIVE_INFINITY, next, expectedStatus: 200 };
}

function createIdentity(prefix: 'm' | 'v', pool = Number.POSITIVE_INFINITY): string {
  lastIdentity += 1;
  return `${prefix}${(lastIdentity % pool) + 1_000_000}@example.com`;
}

/** Requests codes, and reads them where the system left them. */
async function obtainCodes({ system, load, codesFile }: Target, count: number): Promise<[string, string][]> {
  const { pool, protocol } = system;
  const size = Math.min(count, pool ?? count);
  const identities = Array.from({ length: size }, () => createIdentity('v', pool));
  const file = openSync(codesFile, 'r');
  try {
    const from = fstatSync(file).size;
    const supply = listSupply(identities.map(protocol.request), 200);
    const { errors } = await load.run({ ...supply, durationMs: preparationMs });
    if (Object.keys(errors).length > 0) throw new NotRunError(`requests failed: ${JSON.stringify(errors)}`);
    const bytes = Buffer.alloc(fstatSync(file).size - from);
    readSync(file, bytes, 0, bytes.length, from);
    const lines = bytes.toString().trim().split('\n');
    const codes = new Map(lines.map((line) => line.split(' ') as [string, string]));
    return [...codes];
  } finally {
    closeSync(file);
  }
}

/** A token that the system has issued. */
async function obtainToken(target: Target): Promise<string> {
  const { system, load } = target;
  const [pair] = await obtainCodes(target, 1);
  if (!pair) throw new NotRunError('it handed over no code');
  const supply = listSupply([system.protocol.verify(...pair)], 200);
  let answer = '';
  await load.run({
    ...supply,
    durationMs: preparationMs,
    onAnswer: (text) => {
      answer = text;
    },
  });
  const [, token] = /"access_token": ?"([^"]+)"/.exec(answer) ?? [];
  if (token === undefined) throw new NotRunError('it issued no token');
  const { alg } = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
  if (alg !== system.signer?.algorithm) throw new NotRunError(`its tokens are ${alg}`);
  return token;
}

/** The algorithm of the tokens must be the one that the case is named after. */
export async function checkTokens(target: Target): Promise<void> {
  if (target.system.signer) await obtainToken(target);
}

let lastTokenId = 0;

/** The same token with another id, signed as the system signs. */
function renewToken(token: string, { signer }: System): string {
  const [header = '', payload = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  lastTokenId += 1;
  const text = `${header}.${Buffer.from(JSON.stringify({ ...claims, jti: `bench-${lastTokenId}` })).toString('base64url')}`;
  return `${text}.${signText(text, signer ?? { algorithm: '', key: '' })}`;
}

function signText(text: string, { algorithm, key }: { algorithm: string; key: string }): string {
  if (algorithm === 'HS256') return createHmac('sha256', key).update(text).digest('base64url');
  const privateKey = createPrivateKey(key);
  const signature =
    algorithm === 'ES256'
      ? sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' })
      : sign(null, Buffer.from(text), privateKey);
  return signature.toString('base64url');
}

/** Never the code itself, and as long. */
function changeLastDigit(code: string): string {
  return code.slice(0, -1) + ((Number(code.at(-1)) + 1) % 10);
}
