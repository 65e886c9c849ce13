import type { Keys } from '../core/keys.js';
import type { PhoneCountries } from '../core/phone-countries.js';
import type { Channel } from '../core/policy.js';
import type { HttpRequest } from '../http/request.js';
import type { SessionCookie } from '../http/session-cookie.js';
import type { Locale } from '../messages/catalogue.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import type { Clock, MonotonicClock, Random } from '../ports.js';
import type { Valid, Verified } from '../results.js';
import type { Devices } from '../service/devices.js';
import type { Service } from '../service.js';
import type { Tokens } from '../tokens/tokens.js';
import { createAssets } from './assets.js';
import type { Brand } from './brand.js';
import { guessCountry, nameCountries } from './countries.js';
import { createDeviceCookie } from './device-cookie.js';
import { createFlow } from './flow.js';
import { createFormTokens } from './form-tokens.js';
import { createFormAcceptor } from './forms.js';
import type { Links } from './links.js';
import { createLocaleChoice } from './locale-choice.js';
import { findReach } from './reach.js';
import { createPageReplies } from './replies.js';
import { createReturnTargets } from './return-target.js';
import { createSessionReader } from './session.js';
import { createStateCookie } from './state-cookie.js';

export interface SignInOptions {
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
  publicUrl: string | undefined;
  cookieDomain: string | undefined;
  /** Where people who opened the page directly go in the end. */
  home: string | undefined;
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

/** What the routes are made of; each takes what it uses. */
export type Parts = ReturnType<typeof createParts>;

/** What every page uses. */
export type PageParts = Pick<
  Parts,
  | 'acceptForm'
  | 'deviceCookie'
  | 'findSignedIn'
  | 'flow'
  | 'formTokens'
  | 'replies'
  | 'stateCookie'
  | 'targets'
  | 'tokens'
>;

export function createParts(options: SignInOptions) {
  const { keys, random } = options;
  const localeChoice = createLocaleChoice(options);
  const targets = createReturnTargets(options);
  const stateCookie = createStateCookie({ ...options, key: keys.signInState });
  const { localeOf } = localeChoice;
  const nameAdmitted = (locale: Locale) =>
    nameCountries(locale).filter(({ country }) => options.phoneCountries.admitsCountry(country));
  /** The country whose name is offered first: this one, or the likeliest; undefined if it is not admitted. */
  function findCountry(request: HttpRequest, chosen = options.defaultCountry): string | undefined {
    const locale = localeOf(request);
    const likely = chosen ?? guessCountry(request.header('accept-language'), locale);
    return nameAdmitted(locale).find(({ country }) => country === likely)?.country;
  }
  const base = {
    ...options,
    assets: createAssets(options.brand.color),
    reach: findReach(options.channels),
    nameCountries: nameAdmitted,
    findCountry,
    localeChoice,
    localeOf,
    targets,
    stateCookie,
    deviceCookie: createDeviceCookie(options),
    formTokens: createFormTokens(keys.signInForm, random.id),
    ...createSessionReader(options.sessionCookie, options.tokens),
  };
  const replies = createPageReplies({ ...base, formTargets: targets.origins });
  const flow = createFlow({ ...base, createId: random.id });
  return { ...base, replies, flow, acceptForm: createFormAcceptor({ ...base, replies }) };
}
