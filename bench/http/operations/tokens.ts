import { createHmac, createPrivateKey, sign } from 'node:crypto';
import { NotRunError } from '../../results.js';
import { obtainCodes } from './codes.js';
import { preparationMs, type Signer, type Target } from './operation.js';
import { listSupply } from './supply.js';

/** A token that the system has issued. */
export async function obtainToken(target: Target): Promise<string> {
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
  const token = readMember(answer, 'access_token');
  if (token === null) throw new NotRunError('it issued no token');
  const alg = decodePart(token, 0)['alg'];
  if (alg !== system.signer?.algorithm) throw new NotRunError(`its tokens are ${alg}`);
  return token;
}

/** The algorithm of the tokens must be the one that the case is named after. */
export async function checkTokens(target: Target): Promise<void> {
  if (target.system.signer) await obtainToken(target);
}

/** A member of an answer that is text without escapes; null without it. */
export function readMember(answer: string, name: string): string | null {
  return new RegExp(`"${name}": ?"([^"]+)"`).exec(answer)?.[1] ?? null;
}

export function decodePart(token: string, part: 0 | 1): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[part] ?? '', 'base64url').toString());
}

let lastTokenId = 0;

/** The same token with another id, signed as the system signs. */
export function renewToken(token: string, signer: Signer): string {
  lastTokenId += 1;
  const claims = { ...decodePart(token, 1), jti: `bench-${lastTokenId}` };
  const text = `${token.split('.')[0]}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${text}.${signText(text, signer)}`;
}

function signText(text: string, { algorithm, key }: Signer): string {
  if (algorithm === 'HS256') return createHmac('sha256', key).update(text).digest('base64url');
  const privateKey = createPrivateKey(key);
  const signature =
    algorithm === 'ES256'
      ? sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' })
      : sign(null, Buffer.from(text), privateKey);
  return signature.toString('base64url');
}
