import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { bareAddress } from '../core/address.js';
import { privateTarget } from '../core/connection-causes.js';
import { isWorkerd } from '../runtime.js';
import type { Fetch } from './post.js';

export interface PublicFetchOptions {
  allowPrivateTargets: boolean;
  /** Keep connections. Default: each request opens its own, since a kept one may break, leaving the outcome unknown. */
  agents?: { http: HttpAgent; https: HttpsAgent } | undefined;
  /** Default: the system's. */
  lookup?: LookupFunction | undefined;
}

/**
 * A `fetch` that connects only to public addresses, unless `allowPrivateTargets`. It checks the very address that it connects to,
 * which defeats DNS rebinding.
 */
export function createPublicFetch(options: PublicFetchOptions): Fetch {
  const fetch = isWorkerd ? globalThis.fetch : createCheckedFetch(options);
  return async (url, init) => {
    const isAllowed = options.allowPrivateTargets || isPublicHost(new URL(url).hostname);
    if (!isAllowed) throw createPrivateTargetError();
    return fetch(url, init);
  };
}

/** Loads its modules here: workerd does not need them, and may not have them. */
function createCheckedFetch({ allowPrivateTargets, agents, lookup }: PublicFetchOptions): Fetch {
  const { request: requestHttp } = process.getBuiltinModule('node:http');
  const { request: requestHttps } = process.getBuiltinModule('node:https');
  const { Readable } = process.getBuiltinModule('node:stream');
  const resolve = (lookup ?? process.getBuiltinModule('node:dns').lookup) as LookupFunction;
  const checkedLookup: LookupFunction = (hostname, options, callback) =>
    resolve(hostname, options, (error, address, family) => {
      const addresses = typeof address === 'string' ? [address] : (address ?? []).map((one) => one.address);
      if (!error && !addresses.every(isPublicAddress)) return callback(createPrivateTargetError(), '', 0);
      callback(error, address, family);
    });
  return async (address, { method, headers, body, signal }) => {
    const url = new URL(address);
    return new Promise((resolve, reject) => {
      const isHttps = url.protocol === 'https:';
      const request = (isHttps ? requestHttps : requestHttp)(
        url,
        {
          method,
          headers,
          signal,
          agent: (isHttps ? agents?.https : agents?.http) ?? false,
          ...(allowPrivateTargets ? { lookup } : { lookup: checkedLookup }),
        },
        (response) => {
          const { statusCode = 0 } = response;
          const hasBody = ![204, 205, 304].includes(statusCode);
          if (!hasBody) response.resume();
          const pairs = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
          try {
            const stream = hasBody ? (Readable.toWeb(response) as ReadableStream) : null;
            resolve(new Response(stream, { status: statusCode, headers: Object.fromEntries(pairs) }));
          } catch (error) {
            response.destroy();
            reject(error);
          }
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  };
}

/** Agents that keep idle connections for this long; undefined where none can be kept. */
export function createAgents(idleMs: number): PublicFetchOptions['agents'] {
  if (isWorkerd) return undefined;
  const kept = { keepAlive: true, timeout: idleMs };
  const http = process.getBuiltinModule('node:http');
  const https = process.getBuiltinModule('node:https');
  return { http: new http.Agent(kept), https: new https.Agent(kept) };
}

/** False for a literal address that is not public. Names are checked when they are resolved. */
export function isPublicHost(hostname: string): boolean {
  const address = bareAddress(hostname);
  return isIP(address) === 0 || isPublicAddress(address);
}

/**
 * Whether an address is on the public internet: not loopback, private, link-local, shared (RFC 6598), multicast or
 * reserved, and not an IPv6 form of such an IPv4 address.
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.process(bareAddress(address)); // unwraps ::ffff:a.b.c.d
  const range = parsed.range();
  if (parsed instanceof ipaddr.IPv6) {
    const bytes = parsed.toByteArray();
    // RFC 6052 §2.1: DNS64 embeds the IPv4 address.
    if (range === 'rfc6052') return isPublicAddress(bytes.slice(12).join('.'));
    // RFC 4291 §2.4: global unicast is 2000::/3.
    return range === 'unicast' && ((bytes[0] ?? 0) & 0xe0) === 0x20;
  }
  return range === 'unicast';
}

function createPrivateTargetError(): Error {
  return Object.assign(new Error('the target is not a public address'), { code: privateTarget });
}
