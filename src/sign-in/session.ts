import { signInPurpose } from '../core/policy.js';
import type { HttpRequest } from '../http/request.js';
import type { SessionCookie } from '../http/session-cookie.js';
import type { Tokens } from '../tokens/tokens.js';

/** Finds the identity that is signed in in the browser that sent a request; null without a session. */
export function createSessionReader(
  sessionCookie: Pick<SessionCookie, 'read'>,
  tokens: Pick<Tokens, 'examine'>,
): (request: HttpRequest) => Promise<string | null> {
  return async (request) => {
    for (const token of sessionCookie.read(request.header('cookie'))) {
      const check = await tokens.examine(token);
      if (check.active && check.claims.purpose === signInPurpose) return check.claims.sub;
    }
    return null;
  };
}
