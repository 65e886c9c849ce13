import type { KeyObject } from 'node:crypto';
import type { Channel } from '../../core/policy.js';
import { saltBytes, seal, unseal } from '../../core/seal.js';
import type { Clock, Random } from '../../ports.js';
import type { Notice } from '../../ui/notice.js';
import { createCookie } from '../session-cookie.js';

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
}

/** What a browser brings with it between the steps. Nothing of it is kept by the service. */
export interface SignInState {
  /** Random: forms are tied to it. */
  browser: string;
  flow: Flow | null;
  /** What was typed into the first field, when it has to be shown again; `country` when one has to be chosen. */
  typed?: string | undefined;
  country?: string | null | undefined;
  /** Where to go in the end. */
  returnTo?: string | null | undefined;
  notice?: (Notice & { step: Step; at: number }) | undefined;
}

export type Step = 'identity' | 'code';

export interface StateCookie {
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

/**
 * The cookie that binds a sign-in to its browser. It is sealed: the challenge in it must not be read out, and an
 * identity must not lie in the open on a shared machine. Its age is in the seal too: browsers drop an old cookie, somebody
 * who copied it does not.
 */
export function createStateCookie(options: StateCookieOptions): StateCookie {
  const { key, namespace, isInsecure, clock, random } = options;
  /** What the seal is for, with the version of what it holds: only the same opens it. */
  const context = `sign-in state 2 ${namespace}`;
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
    read(cookieHeader) {
      for (const sealed of cookie.read(cookieHeader)) {
        const state = open(sealed);
        if (state) return state;
      }
      return null;
    },
    write(state) {
      const text = JSON.stringify([readSeconds(), state]);
      return cookie.write(seal(key, random.bytes(saltBytes), text, context), maxAgeSeconds);
    },
    clear: cookie.clear,
  };
}
