import type { HumanCheckOption } from '../options/human-check.js';
import type { Environment } from '../options/settings.js';

/** How the settings of the human check contradict each other, one line each. */
export function findHumanCheckProblems(config: Environment): string[] {
  const isNeeded = config.HUMAN_CHECK === 'turnstile';
  const fault = isNeeded ? 'required with' : 'has no effect without';
  return (['HUMAN_CHECK_SITE_KEY', 'HUMAN_CHECK_SECRET'] as const)
    .filter((name) => isNeeded === (config[name] === undefined))
    .map((name) => `${name}: ${fault} HUMAN_CHECK=turnstile`);
}

/** The library's option. Nobody is asked in development, where limits only log. */
export function readHumanCheck(config: Environment): HumanCheckOption | undefined {
  const { HUMAN_CHECK: provider, NODE_ENV = 'development' } = config;
  if (provider === 'off' || NODE_ENV.trim() === 'development') return undefined;
  return { provider, siteKey: config.HUMAN_CHECK_SITE_KEY, secret: config.HUMAN_CHECK_SECRET };
}
