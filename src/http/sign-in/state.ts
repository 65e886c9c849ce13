import type { KeyObject } from 'node:crypto';
import type { Channel } from '../../core/policy.js';
import { seal, unseal } from '../../core/seal.js';
import type { Random } from '../../ports.js';
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
  namespace?: string | undefined;
  isInsecure: boolean;
  random: Random;
}

/** What the seal is for, and the version of what it holds: another version's state is none. */
const context = 'sign-in state 1';
const nonceBytes = 12;
const maxAgeSeconds = 3600;

/**
 * The cookie that binds a sign-in to its browser. It is sealed: the challenge in it must not be read out, and an
 * identity must not lie in the open on a shared machine.
 */
export function createStateCookie({ key, namespace, isInsecure, random }: StateCookieOptions): StateCookie {
  const cookie = createCookie('otp_challenge', { namespace, isInsecure });
  return {
    read(cookieHeader) {
      for (const sealed of cookie.read(cookieHeader)) {
        const text = unseal(key, sealed, context);
        if (text !== null) return JSON.parse(text);
      }
      return null;
    },
    write: (state) =>
      cookie.write(seal(key, random.bytes(nonceBytes), JSON.stringify(state), context), maxAgeSeconds),
    clear: cookie.clear,
  };
}
