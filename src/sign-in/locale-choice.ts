import { readForm } from '../http/body.js';
import type { HttpReply } from '../http/reply.js';
import type { HttpRequest } from '../http/request.js';
import type { Route } from '../http/route.js';
import { createCookie } from '../http/session-cookie.js';
import { locales } from '../messages/catalogue.js';
import { chooseLocale } from '../messages/choose-locale.js';
import { isCrossOrigin } from './form-tokens.js';
import type { SignInOptions } from './options.js';
import { paths } from './paths.js';
import type { PageReplies } from './replies.js';

export type LocaleChoice = ReturnType<typeof createLocaleChoice>;

const oneYearSeconds = 31_536_000;
/** Where the language can be changed. */
const pages: readonly string[] = [paths.signIn, paths.code, paths.link, paths.signOut];

/** The language of a page: the one that was chosen in its footer, else by the browser. */
export function createLocaleChoice(
  options: Pick<SignInOptions, 'namespace' | 'isInsecure' | 'defaultLocale'>,
) {
  const cookie = createCookie('otp_locale', options);
  const find = (name: string | null | undefined) => locales.find((locale) => locale === name);

  /** The choice of this browser; without one, its Accept-Language header. */
  function findPreference(request: HttpRequest): string | null {
    const chosen = cookie.parse(request.header('cookie')).map(find).find(Boolean);
    return chosen ?? request.header('accept-language');
  }

  return {
    findPreference,
    localeOf: (request: HttpRequest) => chooseLocale(findPreference(request), options.defaultLocale),
    /** Keeps the choice, and shows the page in that language. Without a token: a language is all that it can change. */
    createRoute(replies: Pick<PageReplies, 'seeOther'>): Route {
      async function answer(request: HttpRequest): Promise<HttpReply> {
        const form = await readForm(request);
        const page = form?.get('page') ?? '';
        const [path = ''] = page.split('?', 1);
        const back = pages.includes(path) && /^[\x21-\x7E]*$/.test(page) ? page : paths.signIn;
        const locale = isCrossOrigin(request) ? undefined : find(form?.get('locale'));
        return replies.seeOther(request, back, locale ? [cookie.write(locale, oneYearSeconds)] : []);
      }
      return { method: 'POST', path: paths.locale, access: ['open'], answer };
    },
  };
}
