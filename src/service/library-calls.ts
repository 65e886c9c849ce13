import { refuseUnknownOptions } from '../core/known-options.js';
import { namePattern } from '../core/policy.js';
import { isRequestId } from '../core/request-id.js';
import type { Call } from '../outcomes/call.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import type { Random } from '../ports.js';
import type { CallOptions, RequestOptions, Verified, VerifyOptions } from '../results.js';
import type { Service } from '../service.js';

/** What a call of the library says of itself, which may have come from a client: nothing else reaches the log. */
export function checkCall({ requestId, caller, ip }: Call = {}): Call {
  return {
    requestId: isRequestId(requestId) ? requestId : undefined,
    caller: typeof caller === 'string' && namePattern.test(caller) ? caller : undefined,
    ip,
  };
}

const ofBoth: Record<keyof CallOptions, true> = {
  purpose: true,
  challenge: true,
  device: true,
  ip: true,
  requestId: true,
  caller: true,
};
const ofRequest: Record<keyof RequestOptions, true> = {
  ...ofBoth,
  channel: true,
  bind: true,
  locale: true,
  humanCheck: true,
  unguarded: true,
  link: true,
};
const ofVerify: Record<keyof VerifyOptions, true> = { ...ofBoth, session: true, remember: true };
const requestOptions = Object.keys(ofRequest);
const verifyOptions = Object.keys(ofVerify);

/**
 * The service for library callers.
 * - An unknown option is refused with a TypeError that names it: it would have no effect.
 * - An `ip` that is present but empty, such as `req.ip` of a connection that was reset, counts as `unknown`. Only calls that
 *   omit `ip` are not limited by address.
 * - A call without a valid id gets one if any sink takes outcomes, so that its message can be followed.
 */
export function createLibraryCalls<Success extends Verified>(
  service: Pick<Service<Success>, 'request' | 'verify'>,
  { outcomes, random }: { outcomes: Outcomes; random: Pick<Random, 'id'> },
): Pick<Service<Success>, 'request' | 'verify'> {
  function complete<Options extends CallOptions>(
    options: Options | undefined,
    known: readonly string[],
  ): Options | undefined {
    if (options !== undefined) refuseUnknownOptions(options, known);
    const lacksAddress = options !== undefined && 'ip' in options && !options.ip;
    const isNamed = Boolean(options?.requestId || options?.caller) || outcomes.areWanted();
    if (!isNamed && !lacksAddress) return options;
    const { requestId, caller } = checkCall(options);
    return {
      ...(options as Options),
      ...(lacksAddress ? { ip: 'unknown' } : {}),
      requestId: requestId ?? (isNamed ? random.id() : undefined),
      caller,
    };
  }

  return {
    request: async (identity, options) => service.request(identity, complete(options, requestOptions)),
    verify: async (identity, code, options) =>
      service.verify(identity, code, complete(options, verifyOptions)),
  };
}
