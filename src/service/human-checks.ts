import { maskAddress, parseAddress } from '../core/address.js';
import type { HumanCheck, HumanCheckContext } from '../core/human-check.js';
import type { LimitName } from '../core/policy.js';
import type { HumanCheckRequired, RateLimited, RequestOptions } from '../results.js';
import type { OpenResult } from '../store-verbs.js';
import type { CountAddress } from './address-limits.js';
import type { Target } from './target.js';
import { rateLimited, toRetrySeconds } from './waits.js';

/** A limit that refuses a request. */
type Limited = Extract<OpenResult, { status: 'limited' }>;
type Asked = Pick<RequestOptions, 'humanCheck' | 'ip'>;

/** Asks for human checks and verifies the solutions. */
export function createHumanChecks(humanCheck: HumanCheck, countAddress: CountAddress) {
  const canBeAsked = ({ humanCheck: answer }: Asked): boolean => answer !== undefined && answer !== '';

  return {
    /** Whether this caller could answer a check. */
    canBeAsked,

    /** Whether the caller has passed a check. A refusal if its address sends too many solutions: each costs some work. */
    async judge(target: Target, { humanCheck: solution, ip }: Asked): Promise<boolean | RateLimited> {
      if (!solution) return false;
      const refused = await countAddress('human_check_ip', ip);
      return refused ?? humanCheck.passes(solution, toCheckContext(target, ip, 'none'));
    },

    /** What to answer when a limit refuses. */
    async refuse(
      target: Target,
      options: Asked,
      limited: Limited,
    ): Promise<RateLimited | HumanCheckRequired> {
      const { limit, retryAfterMs, isHelpedByCheck } = limited;
      if (!isHelpedByCheck || !canBeAsked(options)) return rateLimited(limit, retryAfterMs);
      return {
        status: 'human_check_required',
        humanCheck: await humanCheck.ask(toCheckContext(target, options.ip, findPressure(limit))),
        retryAfterSeconds: toRetrySeconds(retryAfterMs),
      };
    },
  };
}

function toCheckContext(
  { recordKey, purpose }: Target,
  address: string | null | undefined,
  pressure: HumanCheckContext['pressure'],
): HumanCheckContext {
  return {
    budgetTag: recordKey.budgetTag,
    network: address ? maskAddress(address) : '',
    purpose,
    pressure,
    ip: parseAddress(address ?? '') ?? undefined,
  };
}

/** Where the load comes from: this identity, this address, or neighbouring numbers, where nobody in particular is to blame. */
function findPressure(limit: LimitName): HumanCheckContext['pressure'] {
  if (limit.startsWith('request_ip')) return 'address';
  return limit.startsWith('request_') ? 'identity' : 'none';
}
