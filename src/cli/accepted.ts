// What may be given where a pattern is not enough: asked of the code that will read it.
import { createGate } from '../core/gate.js';
import { canonicalise } from '../core/identity.js';
import { checkOriginHost } from '../core/origin.js';
import { decodeSecret } from '../core/secret.js';
import { parseTestIdentities, resolveTestIdentities } from '../core/test-identities.js';
import { createTrustCheck } from '../core/trusted-proxies.js';
import { readLogoOrigin } from '../sign-in/brand.js';
import { hasRedisScheme } from '../stores/redis/url.js';
import { createTokenKeys } from '../tokens/keys.js';
import { parseSender } from '../transports/smtp-sender.js';

export function areTrustable(entries: readonly string[]): boolean {
  return isAccepted(() => createTrustCheck(entries));
}

export function isSmsOrigin(text: string): boolean {
  return isAccepted(() => checkOriginHost(text));
}

export function isSender(text: string): boolean {
  return isAccepted(() => parseSender(text));
}

export function isTestIdentities(text: string): boolean {
  const entries = parseTestIdentities(text);
  return entries !== null && isAccepted(() => resolveTestIdentities(entries, {}));
}

export function isPrivateKey(text: string): boolean {
  return isAccepted(() => createTokenKeys({ privateKey: text }));
}

export function isGateRule(rule: string): boolean {
  return isAccepted(() => createGate([rule]));
}

export function isCookieDomain(domain: string): boolean {
  // A domain that mail can have can have a cookie: at least two labels, in ASCII, no port and no leading dot.
  return canonicalise(`x@${domain}`)?.value === `x@${domain}`;
}

/** Whether it is a host of ours as well, the page itself knows. */
export function isHome(text: string): boolean {
  return (
    /^\/(?![/\\])(?!sign-(?:in|out)(?:[/?#]|$))/.test(text) ||
    (/^https?:\/\//.test(text) && URL.canParse(text))
  );
}

export function isLogo(text: string): boolean {
  return isAccepted(() => readLogoOrigin(text));
}

export function isMasterSecret(text: string): boolean {
  return isAccepted(() => decodeSecret(text, 'secret'));
}

/** What is wrong after the scheme is said together with the settings that go with it. */
export function isRedisUrl(text: string): boolean {
  return hasRedisScheme(text);
}

function isAccepted(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
