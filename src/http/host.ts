/** A name or an address, and a port (RFC 9110 §7.2). */
const hostPattern = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/i;

/** Most requests have the same host as the one before. */
let latest = '';

/** Whether this is a valid Host header; an empty one is (RFC 9112 §3.2). */
export function isHost(host: string): boolean {
  if (host === latest || host === '') return true;
  const isValid = hostPattern.test(host) && URL.canParse(`http://${host}`);
  if (isValid) latest = host;
  return isValid;
}

/** The host without its port, or null. */
export function findHostname(host: string): string | null {
  return host !== '' && isHost(host) ? new URL(`http://${host}`).hostname : null;
}
