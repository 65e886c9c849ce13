import { apiKeyHeader, type CallerRight } from './api-keys.js';
import type { SessionCookie } from './session-cookie.js';

/**
 * What a route requires of its caller. `api-key`: a key with the right `otp`, if any key has it. `operator`: a key with
 * the right `operate`.
 */
export type Access = 'open' | 'api-key' | 'operator' | 'client' | 'bearer' | 'session';

/**
 * The right that an API key needs at a route; undefined if no key is asked for.
 *
 * @param hasKeys whether a key has the right `otp`; otherwise anyone may call a route with the access `api-key`
 */
export function findNeededRight(access: readonly Access[], hasKeys: boolean): CallerRight | undefined {
  if (access.includes('operator')) return 'operate';
  return hasKeys && access.includes('api-key') ? 'otp' : undefined;
}

/** For readers of `spec/openapi.json`; a running service names its own cookie. */
const cookieDescription =
  'With GATE_COOKIE_DOMAIN the name begins with `__Secure-`; OTP_NAMESPACE, if set, is appended to it after `_`';

/** The security schemes of the OpenAPI document, by the access that they grant. */
export function describeSchemes({ name }: Pick<SessionCookie, 'name'>) {
  return {
    'api-key': { type: 'apiKey', in: 'header', name: apiKeyHeader },
    bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    client: { type: 'http', scheme: 'basic' },
    session: { type: 'apiKey', in: 'cookie', name, description: cookieDescription },
  } as const;
}

/**
 * The `security` of a route in the OpenAPI document; undefined where anyone may call.
 *
 * @param hasKeys whether a key has the right `otp`; otherwise an API key is optional there
 */
export function describeSecurity(
  access: readonly Access[],
  hasKeys: boolean,
): Record<string, []>[] | undefined {
  const isOpen = access.includes('open') || (access.includes('api-key') && !hasKeys);
  const schemes = access
    .filter((kind) => kind !== 'open')
    .map((kind) => ({ [kind === 'operator' ? 'api-key' : kind]: [] as [] }));
  if (schemes.length === 0) return undefined;
  return isOpen ? [...schemes, {}] : schemes;
}
