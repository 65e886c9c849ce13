import type { Refusal } from '../../core/refusal.js';
import { sayCause } from '../../delivery/cause.js';
import type { SenderName } from '../../options/delivery.js';
import { listSettings } from '../backends.js';
import type { Config } from '../config.js';

/** Settings that identify us to each backend, in addition to its secrets. */
const identifying = /_USERNAME$|_SID$|_KEY_ID$|_API_KEY$|_CLIENT_ID$|_PHONE_NUMBER_ID$/;

/** Why a backend refused, in words, and which settings to look at. */
export function sayRefusal(name: SenderName, refusal: Refusal, config: Config): string {
  const cause = sayCause(refusal);
  if (refusal.category !== 'unauthorized') return cause;
  const others = listGivenCredentials(name, config).filter((setting) => !cause.includes(setting));
  return others.length === 0 ? cause : `${cause}: check ${others.join(', ')}`;
}

function listGivenCredentials(name: SenderName, config: Config): string[] {
  return listSettings(name)
    .filter(([setting]) => config[setting] !== undefined)
    .filter(([setting, { isSecret }]) => isSecret || identifying.test(setting))
    .map(([setting]) => setting);
}
