import type { HumanCheckChallenge } from '../core/human-check.js';
import type { Channel } from '../core/policy.js';
import type { Notice } from './notice.js';

export type Step = 'identity' | 'code';

/** One sign-in, from its first code to its end. */
export interface Flow {
  /** Random; stays the same when another code is sent. */
  id: string;
  identity: string;
  channel: Channel;
  challenge: string;
  codeLength: number;
  /** Default: digits. */
  codeAlphabet?: 'base32' | undefined;
  /** Turns false when the code is used up before it expires. */
  isPending: boolean;
  /** In milliseconds since 1970, like `resendAt`. */
  expiresAt: number;
  resendAt: number;
  /** Where to go after signing in. */
  returnTo?: string | null | undefined;
}

/** A human check that the browser was asked for; the step is taken again with its solution. */
export interface AskedCheck {
  step: Step;
  asked: HumanCheckChallenge;
  /** Of the message, where one was chosen. */
  channel?: Channel | undefined;
  /** How often the browser was asked before. */
  rounds: number;
}

/** What a browser carries from one step to the next. The service keeps none of it. */
export interface SignInState {
  /** Random; the forms of the first step are tied to it. */
  browser: string;
  /** The sign-ins of its tabs, the one acted on last first. */
  flows: Flow[];
  /** What was typed in the first step, to show it again; `country` is null when one has to be chosen. */
  typed?: string | undefined;
  country?: string | null | undefined;
  /** Where the first step leads in the end. */
  returnTo?: string | null | undefined;
  check?: AskedCheck | undefined;
  /** About the step before; shown at `step`. */
  notice?: (Notice & { step: Step }) | undefined;
}

export function findNotice({ notice }: SignInState, step: Step): Notice | null {
  return notice?.step === step ? notice : null;
}

/** After more rounds something is wrong, and the browser would solve puzzles forever. */
const maxRounds = 3;

/** What the browser still has to solve at this step. */
export function findCheck({ check, notice }: SignInState, step: Step): AskedCheck | null {
  return check && notice && check.step === step && check.rounds < maxRounds ? check : null;
}

/** Whether the code can still be typed. */
export function isPending(flow: Flow, now: number): boolean {
  return flow.isPending && now < flow.expiresAt;
}

/** The string that says how long the code is. */
export function chooseMalformed({ codeAlphabet }: Flow): 'malformedCode' | 'malformedText' {
  return codeAlphabet === 'base32' ? 'malformedText' : 'malformedCode';
}

export function putFirst(state: SignInState, flow: Flow): SignInState {
  return { ...state, flows: [flow, ...state.flows.filter(({ id }) => id !== flow.id)] };
}

export function endFirst(state: SignInState): SignInState {
  const [flow] = state.flows;
  return flow ? putFirst(state, { ...flow, isPending: false }) : state;
}

/** Drops what the last step left behind: its notice and what was typed. */
export function forgetStep({ browser, flows }: SignInState): SignInState {
  return { browser, flows };
}
