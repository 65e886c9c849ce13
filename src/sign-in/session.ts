import { signInPurpose } from '../core/policy.js';
import type { HttpRequest } from '../http/request.js';
import type { SessionCookie } from '../http/session-cookie.js';
import type { Tokens } from '../tokens/tokens.js';

/** Finds out who is signed in in the browser that sent a request. */
export function createSessionFinder(
  sessionCookie: Pick<SessionCookie, 'parse'>,
  tokens: Pick<Tokens, 'examine'>,
) {
  async function findOwner(token: string): Promise<string | null> {
    const check = await tokens.examine(token);
    return check.active && check.claims.purpose === signInPurpose ? check.claims.sub : null;
  }

  return {
    /** Null without a session. */
    async findSignedIn(request: HttpRequest): Promise<string | null> {
      for (const token of sessionCookie.parse(request.header('cookie'))) {
        const owner = await findOwner(token);
        if (owner !== null) return owner;
      }
      return null;
    },
    /** Everyone whose session is among these tokens. */
    async findOwners(presented: readonly string[]): Promise<Set<string>> {
      const owners = await Promise.all(presented.map(findOwner));
      return new Set(owners.filter((owner) => owner !== null));
    },
  };
}
