import { createSecretKey } from 'node:crypto';
import { type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { minSecretBytes } from '../core/secret.js';
import type { Clock, Grant, IssuedToken } from '../ports.js';

export interface TokenOptions {
  /** HS256 secret: at least 32 bytes as UTF-8, used as they are (RFC 7518 §3.2). */
  secret: string;
  issuer: string;
  audience: string;
  namespace: string;
  /** Life of a token. */
  ttlSeconds: number;
  clock: Clock;
  /** A fresh random `jti`. */
  createId: () => string;
}

/** What a token says; `sub` is the canonical identity, times are unix seconds. */
export interface TokenClaims {
  iss: string;
  aud: string;
  sub: string;
  iat: number;
  exp: number;
  jti: string;
  purpose: string;
  namespace: string;
  /** How the person was authenticated (RFC 8176). */
  amr: string[];
}

export type TokenCheck = { active: true; claims: TokenClaims } | { active: false };

export interface Tokens {
  issue(grant: Grant): Promise<IssuedToken>;
  /** Never throws and never says why: a bad token tells its sender nothing. */
  check(token: unknown): Promise<TokenCheck>;
}

const algorithm = 'HS256';
const type = 'JWT';
const maxTokenLength = 4096;

/** @throws RangeError when the secret is too short */
export function createTokens(options: TokenOptions): Tokens {
  const { issuer, audience, namespace, ttlSeconds, clock, createId } = options;
  if (typeof options.secret !== 'string') throw new TypeError('jwtSecret must be a string');
  const bytes = Buffer.from(options.secret);
  if (bytes.length < minSecretBytes) {
    throw new RangeError(`jwtSecret must be at least ${minSecretBytes} bytes, got ${bytes.length}`);
  }
  const key = createSecretKey(bytes);
  return {
    async issue({ identity, purpose }) {
      const issuedAt = Math.floor(clock() / 1000);
      const accessToken = await new SignJWT({ purpose, namespace, amr: ['otp'] })
        .setProtectedHeader({ alg: algorithm, typ: type })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(identity)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + ttlSeconds)
        .setJti(createId())
        .sign(key);
      return { accessToken, expiresInSeconds: ttlSeconds };
    },
    async check(token) {
      if (!isCompact(token)) return { active: false };
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [algorithm], // RFC 8725 §3.1: one algorithm for the key, not the header's choice
          typ: type,
          issuer,
          audience,
          requiredClaims: ['sub', 'iat', 'exp', 'jti'],
          currentDate: new Date(clock()),
        });
        return hasOurClaims(payload, namespace) ? { active: true, claims: payload } : { active: false };
      } catch {
        return { active: false };
      }
    },
  };
}

/** A JWT in its one spelling: lenient base64 decoding would let one token be written in many ways. */
function isCompact(token: unknown): token is string {
  if (typeof token !== 'string' || token.length > maxTokenLength) return false;
  const signature = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.([A-Za-z0-9_-]+)$/.exec(token)?.[1];
  return signature !== undefined && Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

function hasOurClaims(payload: JWTPayload, namespace: string): payload is JWTPayload & TokenClaims {
  const { sub, aud, amr, purpose } = payload;
  // A `sub` that is no canonical identity is not ours, and could not stand in a header.
  const isOurs =
    typeof sub === 'string' && /^[\x21-\x7E]+$/.test(sub) && typeof aud === 'string' && Array.isArray(amr);
  return isOurs && payload['namespace'] === namespace && typeof purpose === 'string';
}
