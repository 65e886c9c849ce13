import type { SessionCookie } from '../http/session-cookie.js';
import type { Tokens } from '../tokens/tokens.js';
import { signInPurpose } from './flow.js';
import type { SignInState, StateCookie } from './state.js';

export interface Session {
  token: string;
  identity: string;
}

/** What a request says of the browser that it comes from. */
export interface BrowserReader {
  /** What it brought; a new one is given its name, by the cookies. */
  readState(request: Request): { state: SignInState; cookies: string[] };
  /** Who is signed in there. */
  readSession(request: Request): Promise<Session | null>;
  /** The state of a browser that begins. */
  createState(): SignInState;
}

export interface BrowserReaderOptions {
  stateCookie: StateCookie;
  sessionCookie: SessionCookie;
  tokens: Pick<Tokens, 'check'>;
  createId(): string;
}

export function createBrowserReader(options: BrowserReaderOptions): BrowserReader {
  const { stateCookie, sessionCookie, tokens } = options;
  const createState = (): SignInState => ({ browser: options.createId(), flows: [] });
  return {
    createState,
    readState(request) {
      const state = stateCookie.read(request.headers.get('cookie'));
      if (state) return { state, cookies: [] };
      const fresh = createState();
      return { state: fresh, cookies: [stateCookie.write(fresh)] };
    },
    async readSession(request) {
      for (const token of sessionCookie.read(request.headers.get('cookie'))) {
        const check = await tokens.check(token);
        if (check.active && check.claims.purpose === signInPurpose) {
          return { token, identity: check.claims.sub };
        }
      }
      return null;
    },
  };
}
