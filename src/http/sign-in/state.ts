import type { KeyObject } from 'node:crypto';
import type { Channel } from '../../core/policy.js';
import { seal, sealNonceBytes, unseal } from '../../core/seal.js';
import type { Notice } from '../../ui/notice.js';
import { clearCookie, nameCookie, readCookie, writeCookie } from '../cookies.js';

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
  returnTo: string | null;
}

/** What a browser brings with it between the steps. Nothing of it is kept by the service. */
export interface SignInState {
  /** Random: forms are tied to it. */
  browser: string;
  flow: Flow | null;
  /** What was typed into the first field, when it has to be shown again; `country` when one has to be chosen. */
  typed?: string | undefined;
  country?: string | null | undefined;
  /** Where to go in the end, while nothing has been sent. */
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
  /** The first makes new seals; all are accepted. 32 bytes each. */
  keys: readonly [KeyObject, ...KeyObject[]];
  isSecure: boolean;
  randomBytes(size: number): Uint8Array;
}

/** Of what the seal holds: another version's state is none. */
const version = 1;
const maxAgeSeconds = 3600;

/**
 * The cookie that binds a sign-in to its browser. It is sealed: the challenge in it must not be read out, and an
 * identity must not lie in the open on a shared machine.
 */
export function createStateCookie({ keys, isSecure, randomBytes }: StateCookieOptions): StateCookie {
  const name = nameCookie('otp_challenge', { isSecure });
  return {
    read(cookieHeader) {
      const sealed = readCookie(cookieHeader, name);
      const text = sealed === null ? null : unseal(keys, sealed);
      if (text === null) return null;
      const { version: itsVersion, ...state } = JSON.parse(text);
      return itsVersion === version ? state : null;
    },
    write(state) {
      const sealed = seal(keys[0], JSON.stringify({ version, ...state }), randomBytes(sealNonceBytes));
      return writeCookie(name, sealed, { isSecure, maxAgeSeconds });
    },
    clear: () => clearCookie(name, { isSecure }),
  };
}
