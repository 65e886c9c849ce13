import { saltBytes, seal, unseal } from '../core/seal.js';
import type { HttpRequest } from '../http/request.js';
import { createCookie } from '../http/session-cookie.js';
import type { SignInOptions } from './options.js';
import type { SignInState } from './state.js';

export type StateCookie = ReturnType<typeof createStateCookie>;

const maxAgeSeconds = 3600;
/** How far the clock of another instance may be ahead. */
const clockSkewSeconds = 60;
/** A notice is about the step just taken; a person who comes back later should not see it. */
const noticeSeconds = 300;
/** Proxies cap header size, so the cookie stays small however many tabs there are. */
const maxFlows = 5;
const maxBytes = 2000;
/** Longer targets are kept for the current sign-in only; each form carries its own. */
const maxKeptTarget = 256;

/**
 * The cookie that binds a sign-in to its browser. Encrypted, so that nobody can read the challenge in it, or an identity on a
 * shared machine. Its age is sealed too: a browser drops an old cookie, but someone who copied it does not.
 */
export function createStateCookie(
  options: Pick<SignInOptions, 'keys' | 'namespace' | 'isInsecure' | 'clock' | 'random'>,
) {
  const { namespace, isInsecure, clock, random } = options;
  const key = options.keys.signInState;
  /** The purpose of the seal, with the version of its content. */
  const context = `sign-in state 3 ${namespace}`;
  const nowSeconds = () => Math.floor(clock() / 1000);
  const cookie = createCookie('otp_challenge', { namespace, isInsecure });

  function open(sealed: string): SignInState | null {
    const text = unseal(key, sealed, context);
    if (text === null) return null;
    const [issuedAt, state] = JSON.parse(text) as [number, SignInState];
    const age = nowSeconds() - issuedAt;
    if (age < -clockSkewSeconds || age >= maxAgeSeconds) return null;
    return age < noticeSeconds ? state : { ...state, notice: undefined };
  }

  function find(request: HttpRequest): SignInState | null {
    return cookie.parse(request.header('cookie')).map(open).find(Boolean) ?? null;
  }

  /** The state of a browser that is new here. */
  const begin = (): SignInState => ({ browser: random.id(), flows: [] });

  function write(state: SignInState): string {
    const text = JSON.stringify([nowSeconds(), fit(state)]);
    return cookie.write(seal(key, random.bytes(saltBytes), text, context), maxAgeSeconds);
  }

  return {
    /** Whether the browser sent one, valid or not: it keeps cookies then. */
    isSent: (request: HttpRequest) => cookie.parse(request.header('cookie')).length > 0,
    find,
    /** As `find`; a browser without one gets a new state, by these cookies. */
    findOrBegin(request: HttpRequest): { state: SignInState; cookies: string[] } {
      const known = find(request);
      const state = known ?? begin();
      return { state, cookies: known ? [] : [write(state)] };
    },
    begin,
    write,
    clear: cookie.clear,
  };
}

/** Drops the sign-ins that have been left alone for longest. */
function fit(state: SignInState): SignInState {
  const flows = state.flows.slice(0, maxFlows).map((flow, index) => {
    const isKept = index === 0 && !state.returnTo;
    return isKept || (flow.returnTo?.length ?? 0) <= maxKeptTarget ? flow : { ...flow, returnTo: null };
  });
  const measure = () => Buffer.byteLength(JSON.stringify({ ...state, flows }));
  while (flows.length > 1 && measure() > maxBytes) flows.pop();
  return { ...state, flows };
}
