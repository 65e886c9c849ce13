import type { HttpRequest } from '../http/request.js';
import { createCookie } from '../http/session-cookie.js';
import type { SignInOptions } from './options.js';

export type DeviceCookie = ReturnType<typeof createDeviceCookie>;

/** Five tokens take about 500 bytes: proxies cap header size. */
const maxDevices = 5;

/**
 * The cookie that makes a browser known to the identities that signed in there last. Signing out keeps it, and no page shows
 * whether it is there.
 */
export function createDeviceCookie(
  options: Pick<SignInOptions, 'namespace' | 'isInsecure' | 'deviceTtlSeconds'>,
) {
  const { namespace, isInsecure, deviceTtlSeconds } = options;
  const cookie = createCookie('otp_devices', { namespace, isInsecure });
  return {
    /** Whether browsers are known at all. */
    isUsed: deviceTtlSeconds > 0,
    /** Device tokens, the last sign-in's first; they may be invalid. */
    find: (request: HttpRequest): string[] =>
      cookie
        .parse(request.header('cookie'))
        .flatMap((value) => value.split('~'))
        .slice(0, maxDevices),
    write: (devices: readonly string[]) =>
      cookie.write(devices.slice(0, maxDevices).join('~'), deviceTtlSeconds),
    clear: cookie.clear,
  };
}
