import type { Call, Subject, TokenCause, TokenKind } from './call.js';

interface OfToken extends Call, Partial<Subject> {
  kind: TokenKind;
}

/** The next refresh token, or a renewed session. */
export interface TokenRefreshed extends OfToken {
  event: 'token.refreshed';
}

/** A refresh token or session cookie of which there are two copies: their sign-in has ended. */
export interface TokenReused extends OfToken {
  event: 'token.reused';
}

export interface TokenRefused extends OfToken {
  event: 'token.refused';
  cause: TokenCause;
}

/** An access token that belongs to no session. */
export interface TokenRevoked extends OfToken {
  event: 'token.revoked';
}

/** A sign-in: its refresh tokens or its session. */
export interface SessionEnded extends OfToken {
  event: 'session.ended';
  /** `everywhere`: every sign-in of this identity until now. */
  cause: 'revoked' | 'not_allowed' | 'everywhere';
}

export interface RenewalFailed extends OfToken {
  event: 'renewal.failed';
  cause: string;
}

/** A sign-in that ends with its access token, since the store could not keep a refresh token or session. */
export interface SessionShortened extends OfToken {
  event: 'session.shortened';
  cause: 'store_unavailable';
}
