import { describe } from '../core/describe.js';
import { type HumanCheckProvider, humanCheckProviders } from '../core/human-check.js';
import { refuseUnknownOptions } from '../core/known-options.js';
import { assertOneOf } from '../core/policy.js';
import type { HumanCheckChoice } from '../human-check/human-check.js';
import { choice, secret, text, value } from './row.js';

export interface HumanCheckOption {
  provider: HumanCheckProvider;
  /** With `turnstile`: the public name of your site at Cloudflare. */
  siteKey?: string | undefined;
  /** With `turnstile`: the secret that belongs to it. */
  secret?: string | undefined;
}

const members = ['provider', 'siteKey', 'secret'];
/** No longer than Cloudflare's, so that the secret is not given as the public name. */
const siteKeyForm = /^[A-Za-z0-9_-]{1,32}$/;
const secretForm = /^[\x21-\x7e]{1,200}$/;
const siteKeyAllowed = 'a site key of Cloudflare Turnstile: up to 32 letters, digits, `_` and `-`';
const secretAllowed = 'a secret of Cloudflare Turnstile: characters of ASCII without spaces';

function checkSecret(given: string, name: string): void {
  if (!secretForm.test(given)) throw new RangeError(`${name} must be ${secretAllowed}`);
}

/** Turnstile needs every one of its members, and no other provider has a use for them. */
export function sortTurnstileMembers<Name extends string>(provider: unknown, members: Record<Name, unknown>) {
  const names = Object.keys(members) as Name[];
  const isNeeded = provider === 'turnstile';
  return {
    missing: names.filter((name) => isNeeded && members[name] === undefined),
    useless: names.filter((name) => !isNeeded && members[name] !== undefined),
  };
}

function checkHumanCheck(given: unknown, name: string): void {
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`${name} must be an object with provider, got ${describe(given)}`);
  refuseUnknownOptions(given, members, name);
  const { provider, siteKey, secret: key } = given as Record<string, unknown>;
  assertOneOf(`${name}.provider`, provider, humanCheckProviders);
  const { missing, useless } = sortTurnstileMembers(provider, { siteKey, secret: key });
  if (missing[0]) throw new TypeError(`${name}.${missing[0]} must be given with the provider turnstile`);
  if (useless[0]) throw new TypeError(`${name}.${useless[0]} has no effect with the provider ${provider}`);
  if (provider !== 'turnstile') return;
  if (typeof siteKey !== 'string' || !siteKeyForm.test(siteKey))
    throw new RangeError(`${name}.siteKey must be ${siteKeyAllowed.replaceAll('`', '')}`);
  if (typeof key !== 'string') throw new TypeError(`${name}.secret must be a string, got ${describe(key)}`);
  checkSecret(key, `${name}.secret`);
}

export const humanCheckOptions = {
  /**
   * What callers may do who have used up the free part of a limit: solve a puzzle, with the `provider` `altcha`, which asks no
   * third party, or pass Cloudflare `turnstile`, which needs `siteKey` and `secret`. Default: nothing, they wait.
   */
  humanCheck: value<HumanCheckOption, HumanCheckChoice>(checkHumanCheck),
  /**
   * What people may do who have used up the free part of a limit, on the page, in the element and in programs that say they
   * can: solve a puzzle, which asks no third party, or pass Cloudflare Turnstile. Never asked in development.
   */
  HUMAN_CHECK: choice([...humanCheckProviders, 'off'], 'altcha'),
  /** The public name of your site at Cloudflare. Required with `HUMAN_CHECK=turnstile`. */
  HUMAN_CHECK_SITE_KEY: text(siteKeyAllowed, siteKeyForm),
  /** The secret that belongs to `HUMAN_CHECK_SITE_KEY`. Required with `HUMAN_CHECK=turnstile`. */
  HUMAN_CHECK_SECRET: secret(secretAllowed, checkSecret),
};
