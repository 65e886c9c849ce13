import type { Clock } from '../ports.js';
import type { BrowserReader } from './browser.js';
import type { FlowSteps } from './flow.js';
import { isFromHere } from './form-tokens.js';
import { retryField } from './identity-page.js';
import type { Links } from './links.js';
import { paths } from './paths.js';
import type { PageResponder } from './respond-page.js';
import type { ReturnTargets } from './return-target.js';
import type { SignInState, StateCookie } from './state.js';
import type { Views } from './views.js';

/** A form whose token is not valid in this browser, or which came without the state that it belongs to. */
export interface Stray {
  request: Request;
  form: URLSearchParams;
  state: SignInState | null;
}

/** What becomes of stray forms: an answer, a state to take one with after all, or null to refuse it. */
export interface StrayForms {
  /** Where a first step leads at once, because the person is signed in already. */
  findWayOn(request: Request, form: URLSearchParams): Promise<string | null>;
  receiveStart(stray: Stray): Promise<Response | SignInState>;
  receiveCode(stray: Stray): Promise<Response | null>;
  receiveLink(stray: Stray): Promise<Response | null>;
}

export interface StrayFormParts {
  flow: Pick<FlowSteps, 'findIdentity'>;
  browser: BrowserReader;
  views: Views;
  respond: PageResponder;
  targets: ReturnTargets;
  links: Links | undefined;
  stateCookie: StateCookie;
  clock: Clock;
}

/** Forms of tabs that were left open while their browser signed in, signed out or forgot its cookies. */
export function createStrayForms(parts: StrayFormParts): StrayForms {
  const { flow, browser, views, respond, targets, links, stateCookie, clock } = parts;

  async function findWayOn(request: Request, form: URLSearchParams): Promise<string | null> {
    const { typed, country, rd } = readFirstStep(form);
    const session = await browser.readSession(request);
    return session !== null && session.identity === flow.findIdentity(typed, country)
      ? (targets.read(rd) ?? targets.home ?? paths.signIn)
      : null;
  }

  /** A browser that says itself where the form comes from needs no token here. */
  async function receiveStart({ request, form, state }: Stray): Promise<Response | SignInState> {
    const wayOn = await findWayOn(request, form);
    if (wayOn !== null) return respond.seeOther(wayOn);
    const keepsCookies = stateCookie.isBrought(request.headers.get('cookie')) || (await hasSession(request));
    const fresh = state ?? browser.createState();
    const isRetry = form.has(retryField) || new URL(request.url).searchParams.has(retryField);
    if (isFromHere(request)) {
      if (keepsCookies) return fresh;
      // A browser that keeps this cookie brings it along when it sends the form again.
      if (!isRetry) return respond.sendAgain(`${paths.signIn}?${retryField}`, [stateCookie.write(fresh)]);
    }
    const kind = isRetry && !keepsCookies ? 'cookiesNeeded' : 'outdated';
    const notice = { kind, step: 'identity', at: clock() } as const;
    const { typed, country, rd } = readFirstStep(form);
    const shown = { ...fresh, typed, country, notice };
    const page = await views.identity(request, shown, {
      returnTo: targets.read(rd),
      isRetry: !keepsCookies,
    });
    return respond.page(state ? 403 : 400, page, state ? [] : [stateCookie.write(fresh)]);
  }

  /** A second step that another tab has finished: who is signed in goes where this tab wanted to go. */
  async function receiveCode({ request, form }: Stray): Promise<Response | null> {
    const target = targets.read(form.get('rd')) ?? targets.home;
    return target !== null && (await hasSession(request)) ? respond.seeOther(target) : null;
  }

  /** The page of the link says what is the matter now. */
  async function receiveLink({ form }: Stray): Promise<Response | null> {
    const link = form.get('k') ?? '';
    return links?.read(link) ? respond.seeOther(`${paths.link}?k=${encodeURIComponent(link)}`) : null;
  }

  const hasSession = async (request: Request) => (await browser.readSession(request)) !== null;

  return { findWayOn, receiveStart, receiveCode, receiveLink };
}

/** What the form of the first step holds. */
export function readFirstStep(form: URLSearchParams) {
  const country = form.get('country');
  return {
    typed: form.get('identity') ?? '',
    country: country !== null && /^[A-Z]{2}$/.test(country) ? country : undefined,
    rd: form.get('rd'),
  };
}
