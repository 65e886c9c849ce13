import type { KeyObject } from 'node:crypto';
import type { Channel } from '../core/policy.js';
import { saltBytes, seal, unseal } from '../core/seal.js';
import { createCookie } from '../http/session-cookie.js';
import type { Clock, Random } from '../ports.js';
import type { Notice } from './notice.js';

/** One sign-in, from the first code that was asked for to its end. */
export interface Flow {
  /** Random; stays when another code is sent. */
  id: string;
  identity: string;
  channel: Channel;
  challenge: string;
  codeLength: number;
  /** Whether the code can still be typed. */
  isPending: boolean;
  /** In milliseconds since 1970. */
  expiresAt: number;
  resendAt: number;
  /** Where to go in the end. */
  returnTo?: string | null | undefined;
}

/** What a browser brings with it between the steps. Nothing of it is kept by the service. */
export interface SignInState {
  /** Random: forms of the first step are tied to it. */
  browser: string;
  /** What its tabs are at; the sign-in that was acted on last comes first. */
  flows: Flow[];
  /** What was typed into the first field, when it has to be shown again; `country` when one has to be chosen. */
  typed?: string | undefined;
  country?: string | null | undefined;
  /** Where the first step leads in the end. */
  returnTo?: string | null | undefined;
  notice?: (Notice & { step: Step; at: number }) | undefined;
}

export type Step = 'identity' | 'code';

export interface StateCookie {
  /** Whether a browser brings one, readable or not: it keeps cookies then. */
  isBrought(cookieHeader: string | null): boolean;
  read(cookieHeader: string | null): SignInState | null;
  write(state: SignInState): string;
  clear(): string;
}

export interface StateCookieOptions {
  /** Seals the cookie. 32 bytes. */
  key: KeyObject;
  namespace: string;
  isInsecure: boolean;
  clock: Clock;
  random: Random;
}

const maxAgeSeconds = 3600;
/** How far the clock of another instance may be ahead. */
const clockSkewSeconds = 60;
/** However many tabs there are, the cookie must fit next to others in the headers that proxies take. */
const maxFlows = 5;
const maxBytes = 2000;
/** Longer targets are kept for one sign-in only; forms bring their own. */
const maxKeptTarget = 256;

/**
 * The cookie that binds a sign-in to its browser. It is sealed: the challenge in it must not be read out, and an
 * identity must not lie in the open on a shared machine. Its age is in the seal too: browsers drop an old cookie, somebody
 * who copied it does not.
 */
export function createStateCookie(options: StateCookieOptions): StateCookie {
  const { key, namespace, isInsecure, clock, random } = options;
  /** What the seal is for, with the version of what it holds: only the same opens it. */
  const context = `sign-in state 3 ${namespace}`;
  const readSeconds = () => Math.floor(clock() / 1000);
  const cookie = createCookie('otp_challenge', { namespace, isInsecure });

  function open(sealed: string): SignInState | null {
    const text = unseal(key, sealed, context);
    if (text === null) return null;
    const [issuedAt, state] = JSON.parse(text) as [number, SignInState];
    const age = readSeconds() - issuedAt;
    return age >= -clockSkewSeconds && age < maxAgeSeconds ? state : null;
  }

  return {
    isBrought: (cookieHeader) => cookie.read(cookieHeader).length > 0,
    read(cookieHeader) {
      for (const sealed of cookie.read(cookieHeader)) {
        const state = open(sealed);
        if (state) return state;
      }
      return null;
    },
    write(state) {
      const text = JSON.stringify([readSeconds(), fit(state)]);
      return cookie.write(seal(key, random.bytes(saltBytes), text, context), maxAgeSeconds);
    },
    clear: cookie.clear,
  };
}

/** Drops the sign-ins that were left alone for longest. */
function fit(state: SignInState): SignInState {
  const flows = state.flows.slice(0, maxFlows).map((flow, index) => {
    const isKept = index === 0 && !state.returnTo;
    return isKept || (flow.returnTo?.length ?? 0) <= maxKeptTarget ? flow : { ...flow, returnTo: null };
  });
  const measure = () => Buffer.byteLength(JSON.stringify({ ...state, flows }));
  while (flows.length > 1 && measure() > maxBytes) flows.pop();
  return { ...state, flows };
}

/** The state with this sign-in as the current one. */
export function putFirst(state: SignInState, flow: Flow): SignInState {
  return { ...state, flows: [flow, ...state.flows.filter(({ id }) => id !== flow.id)] };
}
