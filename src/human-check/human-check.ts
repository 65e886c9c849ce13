import type { HumanCheck } from '../core/human-check.js';
import type { Keys } from '../core/keys.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import type { Clock, Store } from '../ports.js';
import { createAltchaCheck } from './altcha.js';
import { createTurnstileCheck } from './turnstile.js';

/** As `resolveOptions` accepts it. */
export type HumanCheckChoice =
  | { provider: 'altcha' }
  | { provider: 'turnstile'; siteKey: string; secret: string };

export function createHumanCheck(
  choice: HumanCheckChoice,
  parts: { keys: Pick<Keys, 'humanCheck'>; store: Pick<Store, 'claim'>; clock: Clock; outcomes: Outcomes },
): HumanCheck {
  const { keys, store, clock, outcomes } = parts;
  if (choice.provider === 'turnstile') return createTurnstileCheck({ ...choice, store, outcomes });
  return createAltchaCheck({ key: keys.humanCheck, store, clock });
}
