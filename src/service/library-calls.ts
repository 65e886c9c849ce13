import { namePattern } from '../core/policy.js';
import { isRequestId } from '../core/request-id.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import type { Random } from '../ports.js';
import type { CallOptions } from '../results.js';
import type { Service } from '../service.js';

/**
 * The service for library callers.
 * - An `ip` that is present but empty, such as `req.ip` of a connection that was reset, counts as `unknown`. Only calls that
 *   omit `ip` are not limited by address.
 * - A `requestId` or `caller` that may have come from a client does not reach the log as it is. A call without an id gets
 *   one if anyone is told of outcomes, so that what becomes of its message can be followed.
 */
export function createLibraryCalls(
  service: Pick<Service, 'request' | 'verify'>,
  { outcomes, random }: { outcomes: Outcomes; random: Pick<Random, 'id'> },
): Pick<Service, 'request' | 'verify'> {
  function complete<Options extends CallOptions>(options: Options | undefined): Options | undefined {
    const { requestId, caller } = options ?? {};
    const isNamed = isRequestId(requestId);
    const isPlain = !requestId && !caller && !outcomes.areWanted();
    const lacksAddress = options !== undefined && 'ip' in options && !options.ip;
    if (isPlain && !lacksAddress) return options;
    return {
      ...(options as Options),
      ...(lacksAddress ? { ip: 'unknown' } : {}),
      requestId: isNamed ? requestId : isPlain ? undefined : random.id(),
      caller: caller && namePattern.test(caller) ? caller : undefined,
    };
  }

  return {
    request: (identity, options) => service.request(identity, complete(options)),
    verify: (identity, code, options) => service.verify(identity, code, complete(options)),
  };
}
