import type { CallOptions } from '../results.js';
import type { Service } from '../service.js';

/**
 * The service for library callers: an `ip` that is present but empty, such as `req.ip` of a connection that was reset,
 * counts as `unknown`. Only calls that omit `ip` are not limited by address.
 */
export function countMissingAddress(service: Service): Service {
  return {
    request: (identity, options) => service.request(identity, fillAddress(options)),
    verify: (identity, code, options) => service.verify(identity, code, fillAddress(options)),
  };
}

function fillAddress<Options extends CallOptions>(options: Options | undefined) {
  return options && 'ip' in options && !options.ip ? { ...options, ip: 'unknown' } : options;
}
