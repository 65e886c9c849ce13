import { isCountry, parseCanonical } from '../core/identity.js';
import type { Channel } from '../core/policy.js';
import { catalogue, type Locale } from '../messages/catalogue.js';
import { chooseLocale } from '../messages/choose-locale.js';
import type { PageStrings } from '../messages/strings.js';
import type { Clock, Random } from '../ports.js';
import type { Assets } from './assets.js';
import type { Brand } from './brand.js';
import { renderCodePage } from './code-page.js';
import { guessCountry, type NamedCountry, nameCountries } from './countries.js';
import { type Reach, renderIdentityPage } from './identity-page.js';
import type { Page, PageContext } from './layout.js';
import { renderLinkElsewherePage, renderLinkPage } from './link-page.js';
import { maskIdentity } from './mask.js';
import type { Notice, NoticeKind } from './notice.js';
import { renderNoticePage } from './notice-page.js';
import { renderSignedInPage } from './signed-in-page.js';
import type { Flow, SignInState, Step } from './state.js';

export interface ViewOptions {
  assets: Pick<Assets, 'urls'>;
  brand: Brand;
  defaultLocale: Locale;
  channels: readonly Channel[];
  isOpenToAll: boolean;
  clock: Clock;
  /** For a form, by the name of a browser or of a sign-in. */
  createToken(name: string): string;
  random: Random;
}

/** The pages as they are for one request, in its language. Showing one changes nothing. */
export interface Views {
  identity(request: Request, state: SignInState, step: IdentityStep): Promise<Page>;
  code(request: Request, state: SignInState, flow: Flow): Promise<Page>;
  signedIn(
    request: Request,
    state: SignInState,
    session: { identity: string; returnTo: string | null },
  ): Promise<Page>;
  link(request: Request, flow: Flow, link: string): Promise<Page>;
  linkElsewhere(request: Request, code: string): Promise<Page>;
  /** @param onwards where its button leads */
  notice(request: Request, kind: NoticeKind, onwards: string): Promise<Page>;
  countries(request: Request): { guess: string | undefined; countries: NamedCountry[] };
  /** What the page says, for elements on other pages; by `locale` in the query, or by the language of the browser. */
  strings(request: Request): PageStrings;
  localeOf(request: Request): Locale;
}

export interface IdentityStep {
  returnTo: string | null;
  /** Whether the cookies of this browser have been missed once. */
  isRetry?: boolean;
}

const phoneChannels: readonly Channel[] = ['sms', 'whatsapp', 'voice'];
/** A notice belongs to the step before; who comes back later should not find it. */
const noticeMs = 300_000;

export function createViews(options: ViewOptions): Views {
  const { assets, brand, channels, clock, createToken, random } = options;
  const reach = readReach(channels);
  const localeOf = (request: Request) =>
    chooseLocale(request.headers.get('accept-language') ?? undefined, options.defaultLocale);

  async function createContext(request: Request): Promise<PageContext> {
    const locale = localeOf(request);
    return { locale, strings: catalogue[locale], brand, assets: await assets.urls(), nonce: random.id() };
  }

  function readNotice({ notice }: SignInState, step: Step): Notice | null {
    return notice?.step === step && clock() < notice.at + noticeMs ? notice : null;
  }

  return {
    async identity(request, state, { returnTo, isRetry = false }) {
      const notice = readNotice(state, 'identity');
      return renderIdentityPage(await createContext(request), {
        reach,
        // What was typed is shown again only with what was wrong with it.
        typed: notice ? (state.typed ?? '') : '',
        country: notice ? state.country : undefined,
        returnTo,
        isRetry,
        token: createToken(state.browser),
        notice,
        now: clock(),
      });
    },
    async code(request, state, flow) {
      const isPending = flow.isPending && clock() < flow.expiresAt;
      const isPhone = parseCanonical(flow.identity)?.kind === 'phone';
      const others = isPhone ? channels.filter((name) => phoneChannels.includes(name)) : [];
      const isCurrent = flow.id === state.flows[0]?.id;
      return renderCodePage(await createContext(request), {
        ...flow,
        returnTo: flow.returnTo ?? null,
        to: maskIdentity(flow.identity),
        isOpenToAll: options.isOpenToAll,
        otherChannels: others.filter((name) => name !== flow.channel),
        isPending,
        flow: flow.id,
        token: createToken(flow.id),
        notice: (isCurrent && readNotice(state, 'code')) || (isPending ? null : { kind: 'expiredCode' }),
        now: clock(),
      });
    },
    async signedIn(request, state, { identity, returnTo }) {
      return renderSignedInPage(await createContext(request), {
        identity,
        returnTo,
        token: createToken(state.browser),
      });
    },
    async link(request, { id, identity }, link) {
      const token = createToken(id);
      return renderLinkPage(await createContext(request), { to: maskIdentity(identity), link, token });
    },
    linkElsewhere: async (request, code) => renderLinkElsewherePage(await createContext(request), code),
    notice: async (request, kind, onwards) =>
      renderNoticePage(await createContext(request), { notice: { kind }, now: clock(), onwards }),
    countries(request) {
      const locale = localeOf(request);
      const guess = guessCountry(request.headers.get('accept-language'), locale);
      return { guess: guess && isCountry(guess) ? guess : undefined, countries: nameCountries(locale) };
    },
    strings(request) {
      const named = new URL(request.url).searchParams.get('locale');
      const locale = named === null ? localeOf(request) : chooseLocale(named, options.defaultLocale);
      const { page } = catalogue[locale];
      // The element has one label, whatever can be reached.
      return { ...page, emailOrPhone: page[reach] };
    },
    localeOf,
  };
}

function readReach(channels: readonly Channel[]): Reach {
  const hasPhone = channels.some((name) => phoneChannels.includes(name));
  if (!channels.includes('email')) return hasPhone ? 'phone' : 'emailOrPhone';
  return hasPhone ? 'emailOrPhone' : 'email';
}
