import type { IssuedToken } from '../results.js';
import type { Notice } from './notice.js';
import { paths, signInPath } from './paths.js';
import type { SignInState, Step } from './state.js';

/** What a form leads to. */
export interface Outcome {
  location: string;
  /** What the browser carries from now on, null for nothing. Default: what it had. */
  state?: SignInState | null;
  /** Its device tokens, null for none. Default: those it had. */
  devices?: readonly string[] | null;
  /** Its session, null for none. Default: the one it had. */
  session?: Pick<IssuedToken, 'accessToken' | 'expiresInSeconds'> | null;
}

export function goTo(step: Step, state: SignInState): Outcome {
  return { location: step === 'identity' ? signInPath(state.returnTo) : paths.code, state };
}

export function say(notice: Notice, step: Step, state: SignInState): Outcome {
  return goTo(step, { ...state, notice: { ...notice, step } });
}

/** The form belongs to a sign-in that has ended: nothing was done. */
export function sayOutdated(state: SignInState): Outcome {
  return say({ kind: 'outdated' }, state.flows.length > 0 ? 'code' : 'identity', state);
}
