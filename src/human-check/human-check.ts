import type { KeyObject } from 'node:crypto';
import type { HumanCheck } from '../core/human-check.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import type { Clock, Store } from '../ports.js';
import { createAltchaCheck } from './altcha.js';
import { createTurnstileCheck } from './turnstile.js';

/** As `resolveOptions` accepts it. */
export type HumanCheckChoice =
  | { provider: 'altcha' }
  | { provider: 'turnstile'; siteKey: string; secret: string };

export interface HumanCheckParts {
  keys: { humanCheck: KeyObject };
  store: Pick<Store, 'claim'>;
  clock: Clock;
  outcomes: Outcomes;
}

export function createHumanCheck(
  choice: HumanCheckChoice,
  { keys, store, clock, outcomes }: HumanCheckParts,
): HumanCheck {
  if (choice.provider === 'turnstile') return createTurnstileCheck({ ...choice, store, outcomes });
  return createAltchaCheck({ key: keys.humanCheck, store, clock });
}
