import { jwtVerify } from 'jose';
import { OtpError } from '../errors.js';
import { createCheckedTokens } from '../fast/checked-tokens.js';
import type { TokenCause } from '../outcomes/call.js';
import type { Clock, Random } from '../ports.js';
import type { IssuedToken } from '../results.js';
import { type Claims, dropReserved, isOurPayload, type TokenClaims } from './claims.js';
import type { Sustained } from './families.js';
import type { TokenKeys } from './keys.js';
import { checkSigned, isPayload } from './signed.js';

export interface AccessTokenOptions {
  keys: TokenKeys;
  issuer: string;
  audience: string;
  namespace: string;
  ttlSeconds: number;
  clock: Clock;
  random: Random;
}

const type = 'JWT';
const requiredClaims = ['sub', 'iat', 'exp', 'jti'];
/** Takes a few megabytes. */
const maxCheckedTokens = 10_000;
/** Browsers drop a cookie of more than 4096 bytes, its name included (RFC 6265bis §5.6). */
const maxIssuedLength = 4000;

/** Access tokens as texts (RFC 7519), without what the store knows of them. */
export function createAccessTokens(options: AccessTokenOptions) {
  const { keys, issuer, audience, namespace, ttlSeconds, clock, random } = options;
  const { signing } = keys;
  const nowSeconds = () => Math.floor(clock() / 1000);
  const encodedHeader = encode({ alg: signing.algorithm, typ: type, kid: signing.kid });
  const checked = createCheckedTokens<TokenClaims>(maxCheckedTokens);

  return {
    /**
     * @param sid the session of a token in a cookie
     * @throws OtpError `internal` when the claims do not fit in a cookie
     */
    sign(sustained: Sustained, extraClaims: Claims, sid?: string, jti = random.id()): IssuedToken {
      const issuedAt = nowSeconds();
      const claims: TokenClaims = {
        ...dropReserved(extraClaims),
        iss: issuer,
        aud: audience,
        sub: sustained.identity,
        iat: issuedAt,
        exp: issuedAt + ttlSeconds,
        jti,
        auth_time: sustained.authTime,
        purpose: sustained.purpose,
        namespace,
        amr: sustained.amr,
        ...(sid && { sid }),
      };
      const input = `${encodedHeader}.${encode(claims)}`;
      const accessToken = `${input}.${signing.sign(input)}`;
      if (accessToken.length > maxIssuedLength) {
        throw new OtpError('internal', `The claims do not fit in a token of ${maxIssuedLength} characters`);
      }
      return { accessToken, expiresInSeconds: ttlSeconds };
    },

    /** The claims of a token that we signed and that has not expired, or why it is refused. */
    async parse(token: unknown): Promise<TokenClaims | TokenCause> {
      if (typeof token !== 'string' || token === '') return 'missing';
      const key = checked.hash(token);
      const known = checked.find(key);
      if (known) return known.exp > nowSeconds() ? known : 'expired';
      let cause: TokenCause = 'malformed';
      const result = await checkSigned(token, keys.checking, (text, publicKey, { algorithms }) =>
        jwtVerify(text, publicKey, {
          algorithms,
          typ: type,
          issuer,
          audience,
          requiredClaims,
          currentDate: new Date(clock()),
        }).catch((error: unknown) => {
          cause = causeOf(error);
          throw error;
        }),
      );
      if (!result) return cause;
      if (!isPayload(token, result.payload)) return 'malformed';
      if (!isOurPayload(result.payload, namespace, nowSeconds())) return 'other_service';
      checked.add(key, result.payload);
      return result.payload;
    },
  };
}

/** Why jose refused a token. */
function causeOf(error: unknown): TokenCause {
  const { code } = error as { code?: unknown };
  if (code === 'ERR_JWT_EXPIRED') return 'expired';
  return code === 'ERR_JWT_CLAIM_VALIDATION_FAILED' ? 'other_service' : 'signature';
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
