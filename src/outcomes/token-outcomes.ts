import type { Call, Subject, TokenCause, TokenKind } from './call.js';

interface OfToken extends Call, Partial<Subject> {
  kind: TokenKind;
}

/** What happens to tokens, and to sign-ins: their refresh tokens or their session. */
export type TokenOutcome = OfToken &
  (
    | {
        /**
         * `token.refreshed`: there is a next refresh token, or a renewed session. `token.reused`: there are two copies of a refresh
         * token or session cookie, so the sign-in has ended. `token.revoked`: an access token that belongs to no session.
         */
        event: 'token.refreshed' | 'token.reused' | 'token.revoked';
      }
    | { event: 'token.refused'; cause: TokenCause }
    | {
        event: 'session.ended';
        /** `everywhere`: every sign-in of this identity until now. */
        cause: 'revoked' | 'not_allowed' | 'everywhere';
      }
    | { event: 'renewal.failed'; cause: string }
    /** It ends with its access token, since the store could not keep a refresh token or session. */
    | { event: 'session.shortened'; cause: 'store_unavailable' }
  );
