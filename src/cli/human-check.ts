import { type HumanCheckOption, sortTurnstileMembers } from '../options/human-check.js';
import type { Environment } from '../options/settings.js';
import { isDevelopment } from './node-env.js';

export function findHumanCheckProblems(config: Environment): string[] {
  const { HUMAN_CHECK, HUMAN_CHECK_SITE_KEY, HUMAN_CHECK_SECRET } = config;
  const { missing, useless } = sortTurnstileMembers(HUMAN_CHECK, {
    HUMAN_CHECK_SITE_KEY,
    HUMAN_CHECK_SECRET,
  });
  return [
    ...missing.map((name) => `${name}: required with HUMAN_CHECK=turnstile`),
    ...useless.map((name) => `${name}: has no effect without HUMAN_CHECK=turnstile`),
  ];
}

/** The library's option. Nobody is asked in development, where limits only log. */
export function toHumanCheck(config: Environment): HumanCheckOption | undefined {
  const { HUMAN_CHECK: provider } = config;
  if (provider === 'off' || isDevelopment(config)) return undefined;
  return { provider, siteKey: config.HUMAN_CHECK_SITE_KEY, secret: config.HUMAN_CHECK_SECRET };
}
