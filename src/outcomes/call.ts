/** The call that an outcome belongs to. */
export interface Call {
  /** Of the HTTP request, or as the caller of the library names it. */
  requestId?: string | null | undefined;
  /** The name of the API key that was presented. */
  caller?: string | null | undefined;
  /** The caller's network address. Sinks that keep outcomes get only its network. */
  ip?: string | null | undefined;
}

/** The person that an outcome is about. */
export interface Subject {
  /** The keyed tag of the identity; the log has its first ten characters. */
  identityTag: string;
  purpose: string;
  /** `known` if a known browser called, whose limits are its own; undefined for everyone else. */
  side?: 'known' | undefined;
  /** ISO 3166-1 alpha-2, of a phone number; only where a sink reads it. */
  country?: string | undefined;
}

/** What was asked for; its answer is one outcome. */
export type Action = 'request' | 'verify';

/** Why nothing was sent though the caller was answered `sent`. */
export type WithheldCause = 'not_allowed' | 'test_identity';

/** Why a token is refused. The wire never says. */
export type TokenCause =
  | 'missing'
  | 'malformed'
  | 'signature'
  | 'expired'
  | 'revoked'
  | 'reused'
  | 'ended'
  | 'other_service'
  | 'purpose'
  | 'not_allowed'
  | 'store_unavailable';

/** What a token is: presented as a bearer token or in a cookie, or exchanged for the next one. */
export type TokenKind = 'access' | 'refresh' | 'session';

/** Faults of this service itself. */
export type Failure = 'overloaded' | 'store_unavailable' | 'internal';
