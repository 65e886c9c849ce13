import dns from 'node:dns';
import { isIPv6 } from 'node:net';
import type { TestContext } from 'node:test';

type Answer = (error: Error | null, address?: unknown, family?: number) => void;

/** Gives names an address each, and no other name any, for this process and the length of one test. */
export function resolveNames(t: TestContext, addresses: Record<string, string>): void {
  t.mock.method(dns, 'lookup', (name: string, options: dns.LookupOptions, answer: Answer) => {
    const address = addresses[name];
    const family = isIPv6(address ?? '') ? 6 : 4;
    if (address === undefined || (options.family && options.family !== family)) {
      const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
      process.nextTick(answer, error);
    } else if (options.all) process.nextTick(answer, null, [{ address, family }]);
    else process.nextTick(answer, null, address, family);
  });
}
