import type { HttpRequest } from '../http/request.js';
import type { Locale } from '../messages/catalogue.js';
import { createAssets } from './assets.js';
import { guessCountry, nameCountries } from './countries.js';
import { createDeviceCookie } from './device-cookie.js';
import { createFlow } from './flow.js';
import { createFormTokens } from './form-tokens.js';
import { createFormAcceptor } from './forms.js';
import { createLocaleChoice } from './locale-choice.js';
import type { SignInOptions } from './options.js';
import { findReach } from './reach.js';
import { createPageReplies } from './replies.js';
import { createReturnTargets } from './return-target.js';
import { createSessionFinder } from './session.js';
import { createStateCookie } from './state-cookie.js';

/** What the routes are made of; each takes what it uses. */
export type Parts = ReturnType<typeof createSignInParts>;

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

export function createSignInParts(options: SignInOptions) {
  const { keys, random } = options;
  const localeChoice = createLocaleChoice(options);
  const targets = createReturnTargets(options);
  const stateCookie = createStateCookie(options);
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
    ...createSessionFinder(options.sessionCookie, options.tokens),
  };
  const replies = createPageReplies(base);
  const flow = createFlow(base);
  return { ...base, replies, flow, acceptForm: createFormAcceptor({ ...base, replies }) };
}
