import type { Keys } from '../core/keys.js';
import type { PhoneCountries } from '../core/phone-countries.js';
import type { Channel } from '../core/policy.js';
import type { SessionCookie } from '../http/session-cookie.js';
import type { Locale } from '../messages/catalogue.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import type { Clock, MonotonicClock, Random } from '../ports.js';
import type { Valid, Verified } from '../results.js';
import type { Devices } from '../service/devices.js';
import type { Service } from '../service.js';
import type { Tokens } from '../tokens/tokens.js';
import type { Brand } from './brand.js';
import type { Links } from './links.js';
import type { ReturnTargetOptions } from './return-target.js';

/** What the sign-in page is made from. */
export interface SignInOptions extends ReturnTargetOptions {
  service: Pick<Service<Verified | Valid>, 'request' | 'verify'>;
  tokens: Pick<Tokens, 'examine' | 'canRevoke' | 'revoke' | 'canSignOut' | 'signOut'>;
  sessionCookie: SessionCookie;
  devices: Pick<Devices, 'pick' | 'put' | 'forget'>;
  /** How long a browser is known; 0: never. */
  deviceTtlSeconds: number;
  keys: Pick<Keys, 'signInState' | 'signInForm'>;
  /** Part of the names of cookies, and of what they are encrypted for. */
  namespace: string;
  /** Plain http, for development: served on localhost only. */
  isInsecure: boolean;
  embedOrigins: readonly string[];
  brand: Brand;
  defaultLocale: Locale;
  defaultCountry: string | undefined;
  /** Countries whose numbers are sent codes. */
  phoneCountries: PhoneCountries;
  /** Channels with a transport. */
  channels: readonly Channel[];
  /** Whether everyone may sign in. */
  isOpenToAll: boolean;
  /** Opens links next to codes; without it there are none. */
  links: Links | undefined;
  random: Random;
  clock: Clock;
  monotonicClock: MonotonicClock;
  outcomes: Outcomes;
}
