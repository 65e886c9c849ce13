import { type HttpReply, replyJson } from '../http/reply.js';
import type { HttpRequest } from '../http/request.js';
import type { Route } from '../http/route.js';
import { catalogue } from '../messages/catalogue.js';
import { chooseLocale } from '../messages/choose-locale.js';
import type { Parts } from './parts.js';
import { paths } from './paths.js';

/** What the scripts of the page and of the elements fetch, in the language of the browser. */
export function createScriptRoutes(
  parts: Pick<Parts, 'reach' | 'defaultLocale' | 'findCountry' | 'localeOf' | 'nameCountries'>,
): Route[] {
  const { reach, defaultLocale, findCountry, localeOf, nameCountries } = parts;
  const reply = (body: unknown): HttpReply => replyJson(200, body, { Vary: 'Accept-Language, Cookie' });

  function giveCountries(request: HttpRequest): HttpReply {
    return reply({ guess: findCountry(request), countries: nameCountries(localeOf(request)) });
  }

  /** What the page says, for elements on other pages; `locale` in the query names another language. */
  function giveStrings(request: HttpRequest): HttpReply {
    const named = new URLSearchParams(request.query).get('locale');
    const locale = named === null ? localeOf(request) : chooseLocale(named, defaultLocale);
    const { page } = catalogue[locale];
    // The element has one label, whatever can be reached.
    return reply({ ...page, emailOrPhone: page[reach] });
  }

  return [
    { method: 'GET', path: paths.countries, access: ['open'], answer: giveCountries },
    { method: 'GET', path: paths.strings, access: ['open'], answer: giveStrings },
  ];
}
