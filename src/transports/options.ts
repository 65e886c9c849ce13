import { isLoopbackHost } from '../core/loopback.js';
import { assertWholeNumber, type Channel } from '../core/policy.js';

/** Errors name the option, but never quote the value. */
export function requireText(value: unknown, name: string, pattern: RegExp, description: string): string {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  if (!pattern.test(value)) throw new RangeError(`${name} must be ${description}`);
  return value;
}

/** A key, password or token that fits in a header. */
export function requireCredential(value: unknown, name: string): string {
  return requireText(value, name, /^[\x21-\x7e]{1,4096}$/, 'printable ASCII without spaces, and not empty');
}

export function requireInteger(value: unknown, name: string, min: number, max: number): number {
  assertWholeNumber(name, value, { min, max });
  return value;
}

export function requireBoolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw new TypeError(`${name} must be true or false`);
  return value;
}

export function requireChannels<Served extends Channel>(
  channels: readonly Served[],
  allowed: readonly Served[],
): void {
  if (channels.length === 0 || channels.some((channel) => !allowed.includes(channel))) {
    throw new RangeError(`channels must list one or more of ${allowed.join(', ')}`);
  }
}

/**
 * A URL that credentials or codes may be sent to: https, or http on this machine or with `allowInsecureHttp`. It must
 * not hold secrets, since URLs end up in logs.
 */
export function requireUrl(value: unknown, name: string, { allowInsecureHttp = false } = {}): URL {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.hash) {
    throw new RangeError(`${name} must be an http or https URL without user name, password and fragment`);
  }
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname) && !allowInsecureHttp) {
    throw new RangeError(`${name} must be an https URL, or an http URL of this machine`);
  }
  return url;
}
