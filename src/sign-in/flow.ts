import { parseIdentity } from '../core/identity.js';
import type { Channel } from '../core/policy.js';
import { OtpError } from '../errors.js';
import type { Clock, Logger } from '../ports.js';
import type { RequestResult, Valid, VerifyResult } from '../results.js';
import type { Service } from '../service.js';
import { looksNational } from './countries.js';
import type { NoticeKind } from './notice.js';
import { type Flow, putFirst, type SignInState, type Step } from './state.js';

export interface FlowOptions {
  service: Pick<Service, 'request' | 'verify'>;
  /** Under which national phone numbers are read. */
  defaultCountry: string | undefined;
  createId(): string;
  clock: Clock;
  logger: Logger;
}

/** Who is asking, and in which language. */
export interface Asker {
  ip: string;
  locale: string | undefined;
}

/** What a step leads to: the next step, or the end. */
export type StepResult =
  | { status: 'next'; step: Step; state: SignInState }
  | { status: 'valid'; valid: Valid; returnTo: string | null | undefined; others: Flow[] };

/** The steps of signing in. Each takes what the browser brought and gives what it brings next. */
export interface FlowSteps {
  /** The identity that was typed, if it is one. */
  findIdentity(typed: string, country: string | undefined): string | undefined;
  /** Sends a code to whom was typed, unless this browser has one pending for the same. */
  start(state: SignInState, input: StartInput, asker: Asker): Promise<StepResult>;
  /** Sends another message, over another channel if one is named. */
  resend(state: SignInState, flow: Flow, channel: Channel | undefined, asker: Asker): Promise<StepResult>;
  verify(state: SignInState, flow: Flow, code: string, asker: Asker): Promise<StepResult>;
}

export interface StartInput {
  typed: string;
  country: string | undefined;
  returnTo: string | null;
  /** Of the asker, if it has to be chosen. */
  guessedCountry: string | undefined;
}

export const signInPurpose = 'sign-in';

/** What is shown again; more would not fit in the cookie. */
const maxTyped = 320;

export function createFlow(options: FlowOptions): FlowSteps {
  const { service, defaultCountry, clock } = options;

  const readTyped = (typed: string, country: string | undefined) =>
    parseIdentity(typed, { defaultCountry: country ?? defaultCountry });

  async function start(state: SignInState, input: StartInput, asker: Asker): Promise<StepResult> {
    const { typed, country, returnTo } = input;
    const read = readTyped(typed, country);
    const retry = { ...state, returnTo, typed: typed.slice(0, maxTyped), country };
    if (read === null || read === 'ambiguous') {
      const needsCountry = read === 'ambiguous' || (country === undefined && looksNational(typed));
      return needsCountry
        ? stay({ ...retry, country: country ?? input.guessedCountry ?? null }, 'identity', 'chooseCountry')
        : stay(retry, 'identity', 'invalidIdentity');
    }
    const identity = read.value;
    const pending = state.flows.find((flow) => flow.identity === identity && isPending(flow));
    // The first page again, in this tab or another, leads on to the code that was sent.
    if (pending) return next(putFirst(forget(state), { ...pending, returnTo }));
    return send(retry, 'identity', { identity, id: options.createId(), returnTo }, asker);
  }

  async function resend(
    state: SignInState,
    flow: Flow,
    channel: Channel | undefined,
    asker: Asker,
  ): Promise<StepResult> {
    const challenge = isPending(flow) ? flow.challenge : undefined;
    const current = putFirst(state, flow);
    return send(current, 'code', { ...flow, challenge, channel: channel ?? flow.channel }, asker);
  }

  async function send(
    state: SignInState,
    step: Step,
    target: Pick<Flow, 'id' | 'identity' | 'returnTo'> & {
      channel?: Channel;
      challenge?: string | undefined;
    },
    asker: Asker,
  ): Promise<StepResult> {
    const { id, identity, returnTo, channel, challenge } = target;
    const ask = (named: string | undefined) =>
      service.request(identity, {
        purpose: signInPurpose,
        bind: true,
        challenge: named,
        channel,
        link: true,
        ...asker,
      });
    const asked = await attempt(async () => {
      const first = await ask(challenge);
      // What is to be sent again has ended meanwhile: another one begins.
      return first.status === 'expired' ? ask(undefined) : first;
    });
    if (asked.status !== 'sent') return refuse(state, step, asked);
    const now = clock();
    const flow: Flow = {
      id,
      identity,
      channel: asked.channel,
      challenge: asked.challenge ?? '',
      codeLength: asked.codeLength,
      isPending: true,
      expiresAt: now + asked.ttlSeconds * 1000,
      resendAt: now + asked.resendInSeconds * 1000,
      returnTo,
    };
    const sent = putFirst(forget(state), flow);
    return step === 'code' ? stay(sent, 'code', 'sentAgain') : next(sent);
  }

  async function verify(before: SignInState, flow: Flow, code: string, asker: Asker): Promise<StepResult> {
    const state = putFirst(before, flow);
    const result = await attempt(() =>
      service.verify(flow.identity, code, {
        challenge: flow.challenge,
        purpose: signInPurpose,
        ip: asker.ip,
        session: true,
      }),
    );
    if (result.status === 'valid') {
      const others = state.flows.filter((other) => other.identity !== flow.identity && isPending(other));
      return { status: 'valid', valid: result, returnTo: flow.returnTo, others };
    }
    if (result.status !== 'invalid') return refuse(state, 'code', result);
    const { attemptsLeft } = result;
    if (attemptsLeft === null) return stay(state, 'code', 'malformedCode');
    if (attemptsLeft === 0) return stay(endFirst(state), 'code', 'blocked');
    return stay(state, 'code', 'wrongCode', { attemptsLeft });
  }

  function refuse(
    state: SignInState,
    step: Step,
    result: Exclude<RequestResult | VerifyResult, { status: 'sent' | 'valid' | 'invalid' }> | Unavailable,
  ): StepResult {
    switch (result.status) {
      case 'expired':
        return stay(step === 'code' ? endFirst(state) : state, step, 'expiredCode');
      case 'blocked':
        return stay(step === 'code' ? endFirst(state) : state, step, 'blocked');
      case 'pending':
        return stay(state, step, 'resendIn', { until: after(result.retryAfterSeconds) });
      case 'rate_limited': {
        const until = after(result.retryAfterSeconds);
        return stay(state, step, result.limit === 'cooldown' ? 'resendIn' : 'rateLimited', { until });
      }
      default:
        return stay(state, step, noticeOf[result.status]);
    }
  }

  /** A store or a queue that cannot serve is a page with a sentence, not an end. */
  async function attempt<Result>(work: () => Promise<Result>): Promise<Result | Unavailable> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof OtpError) || error.code === 'internal') throw error;
      options.logger.error({ error: error.code, reason: error.message }, 'request failed');
      return { status: 'unavailable' };
    }
  }

  function stay(
    state: SignInState,
    step: Step,
    kind: NoticeKind,
    more: { attemptsLeft?: number; until?: number } = {},
  ): StepResult {
    return { status: 'next', step, state: { ...state, notice: { kind, ...more, step, at: clock() } } };
  }

  const isPending = (flow: Flow) => flow.isPending && clock() < flow.expiresAt;
  const after = (seconds: number) => clock() + seconds * 1000;

  function findIdentity(typed: string, country: string | undefined): string | undefined {
    const read = readTyped(typed, country);
    return read === null || read === 'ambiguous' ? undefined : read.value;
  }

  return { findIdentity, start, resend, verify };
}

interface Unavailable {
  status: 'unavailable';
}

const noticeOf = {
  invalid_identity: 'invalidIdentity',
  unsupported_channel: 'unreachable',
  delivery_failed: 'deliveryFailed',
  unavailable: 'unavailable',
} as const satisfies Record<string, NoticeKind>;

function next(state: SignInState): StepResult {
  return { status: 'next', step: 'code', state };
}

/** Without what was said about the step before. */
function forget({ browser, flows }: SignInState): SignInState {
  return { browser, flows };
}

function endFirst(state: SignInState): SignInState {
  const [flow] = state.flows;
  return flow ? putFirst(state, { ...flow, isPending: false }) : state;
}
