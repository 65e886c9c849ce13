import type { HttpRequest } from '../http/request.js';
import { createCookie } from '../http/session-cookie.js';

export type DeviceCookie = ReturnType<typeof createDeviceCookie>;

/** Five tokens take about 500 bytes: proxies cap header size. */
const maxDevices = 5;

/**
 * The cookie by which a browser is known to the identities that signed in there last. It stays when they sign out, and no
 * page shows whether it is there.
 */
export function createDeviceCookie(options: {
  namespace: string;
  isInsecure: boolean;
  /** Life of a token; 0: no browser is known. */
  deviceTtlSeconds: number;
}) {
  const { deviceTtlSeconds } = options;
  const cookie = createCookie('otp_devices', {
    namespace: options.namespace,
    isInsecure: options.isInsecure,
  });
  return {
    /** Whether browsers are known at all. */
    isUsed: deviceTtlSeconds > 0,
    /** Device tokens, that of the last sign-in first; they may be invalid. */
    read: (request: HttpRequest): string[] =>
      cookie
        .read(request.header('cookie'))
        .flatMap((value) => value.split('~'))
        .slice(0, maxDevices),
    write: (devices: readonly string[]) =>
      cookie.write(devices.slice(0, maxDevices).join('~'), deviceTtlSeconds),
    clear: cookie.clear,
  };
}
