import { type Channel, signInPurpose } from '../core/policy.js';
import { OtpError } from '../errors.js';
import type { Call } from '../outcomes/call.js';
import { toFailure } from '../outcomes/failure.js';
import type { RequestResult, VerifyResult } from '../results.js';
import type { NoticeKind } from './notice.js';
import type { SignInOptions } from './options.js';
import { goTo, type Outcome, say } from './outcome.js';
import { paths } from './paths.js';
import type { ReturnTargets } from './return-target.js';
import {
  chooseMalformed,
  endFirst,
  type Flow,
  forgetStep,
  isPending,
  putFirst,
  type SignInState,
  type Step,
} from './state.js';

export interface Asker {
  call: Call;
  /** The language that was chosen, or the Accept-Language header. */
  locale: string | undefined;
  /** The device tokens of the browser. */
  devices: readonly string[];
}

type FlowParts = { targets: Pick<ReturnTargets, 'home'> } & Pick<
  SignInOptions,
  'service' | 'devices' | 'deviceTtlSeconds' | 'random' | 'clock' | 'outcomes'
>;

/** What a code is sent to: a new sign-in, or one that asks for its code again. */
export interface Target extends Pick<Flow, 'id' | 'identity' | 'returnTo'> {
  channel?: Channel | undefined;
  challenge?: string | undefined;
  /** The solution of a human check. */
  solution?: string | undefined;
}

/** The steps of a sign-in that ask the service. */
export function createFlow(parts: FlowParts) {
  const { service, devices, targets, random, clock, outcomes } = parts;
  const remember = parts.deviceTtlSeconds > 0;

  async function send(state: SignInState, step: Step, target: Target, asker: Asker): Promise<Outcome> {
    const { id, identity, returnTo, channel, challenge, solution = null } = target;
    const { call, locale } = asker;
    const device = devices.pick(asker.devices, identity);
    const common = { ...call, purpose: signInPurpose, bind: true, device, channel, link: true, locale };
    // Scripts of the page can solve a check; without scripts it says how long to wait.
    const options = { ...common, humanCheck: solution };
    const result = await attempt(call, async () => {
      const first = await service.request(identity, { ...options, challenge });
      // The code to resend has expired meanwhile: ask for a new one.
      return first.status === 'expired' ? service.request(identity, options) : first;
    });
    if (result.status === 'human_check_required') {
      const rounds = solution === null ? 0 : (state.check?.rounds ?? 0) + 1;
      const check = { step, asked: result.humanCheck, channel, rounds };
      return refuse({ ...state, check }, step, result);
    }
    if (result.status !== 'sent') return refuse(state, step, result);
    const now = clock();
    const sent = putFirst(forgetStep(state), {
      id,
      identity,
      channel: result.channel,
      challenge: result.challenge ?? '',
      codeLength: result.codeLength,
      codeAlphabet: result.codeAlphabet,
      isPending: true,
      expiresAt: now + result.ttlSeconds * 1000,
      resendAt: now + result.resendInSeconds * 1000,
      returnTo,
    });
    return step === 'code' ? say({ kind: 'sentAgain' }, 'code', sent) : goTo('code', sent);
  }

  async function verify(before: SignInState, flow: Flow, code: string, asker: Asker): Promise<Outcome> {
    const state = putFirst(before, flow);
    const { identity, challenge } = flow;
    const { call } = asker;
    const device = devices.pick(asker.devices, identity);
    const purpose = signInPurpose;
    const options = { ...call, challenge, purpose, device, remember, session: true };
    const result = await attempt(call, () => service.verify(identity, code, options));
    switch (result.status) {
      case 'valid': {
        const isOther = (other: Flow) => other.identity !== identity && isPending(other, clock());
        const others = state.flows.filter(isOther);
        return {
          location: flow.returnTo ?? targets.home ?? paths.signIn,
          // The browser gets a new name: of the forms it was shown before, only those of other tabs' sign-ins stay valid.
          state: others.length > 0 ? { browser: random.id(), flows: others } : null,
          session: 'accessToken' in result ? result : null,
          ...(result.device === undefined ? {} : { devices: devices.put(asker.devices, result.device) }),
        };
      }
      case 'invalid': {
        const { attemptsLeft } = result;
        if (attemptsLeft === null) {
          return say({ kind: chooseMalformed(flow), digits: flow.codeLength }, 'code', state);
        }
        if (attemptsLeft === 0) return say({ kind: 'blocked' }, 'code', endFirst(state));
        return say({ kind: 'wrongCode', attemptsLeft }, 'code', state);
      }
      default:
        return refuse(state, 'code', result);
    }
  }

  /** A store or a queue that cannot serve becomes a sentence on the page. */
  async function attempt<Result>(call: Call, work: () => Promise<Result>): Promise<Result | Unavailable> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof OtpError) || error.code === 'internal') throw error;
      outcomes.report({ event: 'request.failed', ...call, status: toFailure(error), cause: error.message });
      return { status: 'unavailable' };
    }
  }

  function refuse(state: SignInState, step: Step, result: Refusal): Outcome {
    const { status } = result;
    const isOver = step === 'code' && (status === 'expired' || status === 'blocked');
    const isCooldown = status === 'rate_limited' && result.limit === 'cooldown';
    const until = 'retryAfterSeconds' in result ? clock() + result.retryAfterSeconds * 1000 : undefined;
    const kind = isCooldown ? 'resendIn' : noticeOf[status];
    return say({ kind, until }, step, isOver ? endFirst(state) : state);
  }

  return {
    /** Sends the first code. */
    begin: (state: SignInState, identity: string, solution: string | undefined, asker: Asker) =>
      send(state, 'identity', { id: random.id(), identity, returnTo: state.returnTo, solution }, asker),
    /** Sends another message, over another channel if one is named. */
    resend(state: SignInState, flow: Flow, how: Pick<Target, 'channel' | 'solution'>, asker: Asker) {
      const challenge = isPending(flow, clock()) ? flow.challenge : undefined;
      const { channel = flow.channel, solution } = how;
      const target = { ...flow, challenge, channel, solution };
      return send(putFirst(state, flow), 'code', target, asker);
    },
    verify,
  };
}

type Unavailable = { status: 'unavailable' };
type Refusal = Exclude<RequestResult | VerifyResult, { status: 'sent' | 'valid' | 'invalid' }> | Unavailable;

const noticeOf = {
  expired: 'expiredCode',
  blocked: 'blocked',
  pending: 'resendIn',
  rate_limited: 'rateLimited',
  human_check_required: 'rateLimited',
  invalid_identity: 'invalidIdentity',
  unsupported_channel: 'unreachable',
  unsupported_country: 'unsupportedCountry',
  unsupported_number: 'unsupportedNumber',
  delivery_failed: 'deliveryFailed',
  unavailable: 'unavailable',
} as const satisfies Record<Refusal['status'], NoticeKind>;
