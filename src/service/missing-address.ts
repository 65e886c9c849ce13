import type { Service } from '../service.js';

/**
 * The service for callers outside: an `ip` that is there but empty, such as `req.ip` of a connection that was reset,
 * counts as `unknown`. Only a call that leaves `ip` out is not counted by address.
 */
export function countMissingAddress(service: Service): Service {
  return {
    request: (identity, options) => service.request(identity, fillAddress(options)),
    verify: (identity, code, options) => service.verify(identity, code, fillAddress(options)),
  };
}

function fillAddress<Options extends { ip?: string | null | undefined }>(options: Options | undefined) {
  return options && 'ip' in options && !options.ip ? { ...options, ip: 'unknown' } : options;
}
