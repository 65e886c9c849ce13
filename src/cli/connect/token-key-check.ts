import { dropLastSlash } from '../../core/public-prefix.js';
import { makeTokenKeys } from '../../options/rules.js';
import { toOptions } from '../../options/settings.js';
import type { Config } from '../config.js';
import { type Check, type Finding, failed, ok, warning } from './checks.js';

/** That the keys of tokens can sign and check, and that services that fetch the public ones find the one that signs. */
export function createTokenKeyCheck(config: Config): Check {
  return {
    name: 'token keys',
    async run(signal) {
      const keys = makeTokenKeys(toOptions(config));
      if (keys === undefined) return ok('none are needed with ACCESS_TOKENS=off');
      keys.signing.sign('test');
      await Promise.all(keys.checking.map((key) => key.loadKey()));
      const { kid, algorithm } = keys.signing;
      const others = keys.checking.length - 1;
      const loaded = `${algorithm}${kid === undefined ? '' : ` ${kid}`} signs${others === 0 ? '' : `, ${others} more checks only`}`;
      if (kid === undefined) return ok(`${loaded}; a shared secret, so there are no public keys to fetch`);
      if (config.PUBLIC_URL === undefined)
        return ok(`${loaded}; PUBLIC_URL is not set, so no JWKS was fetched`);
      return compare(kid, loaded, `${dropLastSlash(config.PUBLIC_URL)}/.well-known/jwks.json`, signal);
    },
  };
}

/** No answer is fine: nothing listens there before the first start. An answer with other keys is a failure. */
async function compare(kid: string, loaded: string, url: string, signal: AbortSignal): Promise<Finding> {
  const served = await fetchKeyIds(url, signal);
  if (typeof served === 'string') return warning(`${loaded}; ${url}: ${served}`);
  if (served.includes(kid)) return ok(`${loaded}; ${url} has it`);
  return failed(
    `${loaded}; ${url} does not have it, so its tokens are refused by those who check with what is served there: let every instance serve the key before one signs with it`,
  );
}

/** The ids of the keys served there, or why there are none. */
async function fetchKeyIds(url: string, signal: AbortSignal): Promise<string[] | string> {
  try {
    const response = await fetch(url, { signal, redirect: 'manual' });
    if (response.status !== 200) return `answers ${response.status}, not with keys`;
    const { keys } = (await response.json()) as { keys: { kid?: unknown }[] };
    const ids = keys.map(({ kid }) => String(kid));
    return ids.length === 0 ? 'serves no keys yet' : ids;
  } catch {
    return 'no keys can be fetched there; before the first start that is as it should be';
  }
}
