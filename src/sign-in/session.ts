import { signInPurpose } from '../core/policy.js';
import type { HttpRequest } from '../http/request.js';
import type { SessionCookie } from '../http/session-cookie.js';
import type { Tokens } from '../tokens/tokens.js';

/** The identity that is signed in in the browser that sent this; null without a session. */
export type FindSignedIn = (request: HttpRequest) => Promise<string | null>;

export function createSessionReader(
  sessionCookie: Pick<SessionCookie, 'read'>,
  tokens: Pick<Tokens, 'examine'>,
): FindSignedIn {
  return async (request) => {
    for (const token of sessionCookie.read(request.header('cookie'))) {
      const check = await tokens.examine(token);
      if (check.active && check.claims.purpose === signInPurpose) return check.claims.sub;
    }
    return null;
  };
}
