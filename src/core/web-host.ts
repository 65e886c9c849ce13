/** A name or an address. Labels may hold `_`, as those of containers do. */
const form = /^(?:[a-z0-9_][a-z0-9_-]*(?:\.[a-z0-9_][a-z0-9_-]*)*\.?|\[[0-9a-f:.]+\])$/;
/** Left over where a scheme was written twice, as in `https://https://example.com`. */
const schemes = ['http', 'https'];

/**
 * Whether the host of a parsed http or https URL can exist. URL parsers (WHATWG URL §3.5) also accept wildcards, commas,
 * quotes and placeholders that nothing has replaced, such as `https://${DOMAIN}`.
 */
export function isWebHost(hostname: string): boolean {
  return form.test(hostname) && !schemes.includes(hostname);
}
