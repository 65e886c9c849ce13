/** Text that `pattern` describes; the error names the option and never shows what was given. */
export function requireText(value: unknown, name: string, pattern: RegExp, description: string): string {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  if (!pattern.test(value)) throw new RangeError(`${name} must be ${description}`);
  return value;
}

/** A key, password or token as it goes into a header: printable ASCII without spaces. */
export function requireCredential(value: unknown, name: string): string {
  return requireText(value, name, /^[\x21-\x7e]{1,4096}$/, 'printable ASCII without spaces, and not empty');
}

export function requireInteger(value: unknown, name: string, min: number, max: number): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number`);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${name} must be a whole number from ${min} to ${max}`);
  }
  return value;
}

export function requireBoolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw new TypeError(`${name} must be true or false`);
  return value;
}

/** Whether a host name or address is this machine's own. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i.test(host);
}

/**
 * An address that credentials or codes may be sent to: https, or http on this machine or with `allowInsecureHttp`.
 * Nothing in it may be a secret, since addresses end up in logs.
 */
export function requireUrl(value: unknown, name: string, { allowInsecureHttp = false } = {}): URL {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.hash) {
    throw new RangeError(`${name} must be an http or https address without user name, password and fragment`);
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !allowInsecureHttp) {
    throw new RangeError(`${name} must be an https address, or an http one on this machine`);
  }
  return url;
}
