import { describe } from '../core/describe.js';
import { refuseUnknownOptions } from '../core/known-options.js';
import { isLoopbackHost } from '../core/loopback.js';
import { assertWholeNumber, type Channel } from '../core/policy.js';
import { isWebHost } from '../core/web-host.js';

/** Checks one option and returns its value. Errors name the option, but never quote the value. */
type Check = (value: unknown, name: string) => unknown;

/**
 * Checks every option of a transport.
 *
 * @param prefix of the names in errors
 * @throws TypeError or RangeError that names the wrong or unknown option
 */
export function checkOptions<
  Options extends object,
  Checks extends { [Name in keyof Required<Options>]: Check },
>(options: Options, checks: Checks, prefix = ''): { [Name in keyof Checks]: ReturnType<Checks[Name]> } {
  refuseUnknownOptions(options, Object.keys(checks), prefix.slice(0, -1) || 'options');
  const checked = Object.entries<Check>(checks).map(([name, check]) => {
    return [name, check(options[name as keyof Options], prefix + name)];
  });
  return Object.fromEntries(checked);
}

export function optional<Value>(check: (value: unknown, name: string) => Value) {
  return (value: unknown, name: string) => (value === undefined ? undefined : check(value, name));
}

export function withDefault<Value>(byDefault: Value, check: (value: unknown, name: string) => Value) {
  return (value: unknown = byDefault, name = '') => check(value, name);
}

/** For functions and objects, which are taken as they are. */
export function given<Value>(value: unknown): Value {
  return value as Value;
}

export function matching(pattern: RegExp, description: string) {
  return (value: unknown, name: string) => {
    if (typeof value !== 'string')
      throw new TypeError(`${name} must be a string: ${description}, got ${describe(value)}`);
    if (!pattern.test(value)) throw new RangeError(`${name} must be ${description}`);
    return value;
  };
}

/** A key, password or token that fits in a header. */
export const credential = matching(/^[\x21-\x7e]{1,4096}$/, 'printable ASCII without spaces, and not empty');

export function integer(min: number, max: number) {
  return (value: unknown, name: string) => {
    assertWholeNumber(name, value, { min, max });
    return value;
  };
}

/** Bounds of the timeout of one send, in milliseconds. */
export const timeoutRange = { min: 100, max: 60_000 };

export function timeoutOf(defaultMs: number) {
  return withDefault(defaultMs, integer(timeoutRange.min, timeoutRange.max));
}

export const timeout = timeoutOf(10_000);

export function flag(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw new TypeError(`${name} must be true or false`);
  return value;
}

export function someOf<Served extends Channel>(allowed: readonly Served[]) {
  return (channels: unknown): readonly Served[] => {
    const isSome = Array.isArray(channels) && channels.length > 0;
    if (isSome && channels.every((channel) => allowed.includes(channel))) return channels;
    throw new RangeError(`channels must list one or more of ${allowed.join(', ')}`);
  };
}

/**
 * A URL that credentials or codes may be sent to: https, or http on this machine. It must not hold secrets, since URLs
 * end up in logs.
 */
export function secureUrl(value: unknown, name: string): URL {
  const url = webUrl(value, name);
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    throw new RangeError(`${name} must be an https URL, or an http URL of this machine`);
  }
  return url;
}

export function webUrl(value: unknown, name: string): URL {
  if (typeof value !== 'string')
    throw new TypeError(`${name} must be a string with a URL, got ${describe(value)}`);
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.hash) {
    throw new RangeError(`${name} must be an http or https URL without user name, password and fragment`);
  }
  if (!isWebHost(url.hostname))
    throw new RangeError(`${name} must be a URL whose host is a name or an address`);
  return url;
}
