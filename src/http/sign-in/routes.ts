import { createHash, type KeyObject } from 'node:crypto';
import type { Channel } from '../../core/policy.js';
import { OtpError } from '../../errors.js';
import type { Locale } from '../../messages/catalogue.js';
import type { Clock, Logger } from '../../ports.js';
import type { Service } from '../../service.js';
import type { TokenCheck } from '../../tokens/tokens.js';
import type { Brand } from '../../ui/brand.js';
import { guessCountry } from '../../ui/countries.js';
import { paths, signInPath } from '../../ui/paths.js';
import { respondJson } from '../respond.js';
import type { SessionCookie } from '../session-cookie.js';
import { createAssets } from './assets.js';
import { toAsciiDigits } from './digits.js';
import { createFlow, type StepResult, signInPurpose } from './flow.js';
import { createFormTokens, type Form, isFromElsewhere, readForm } from './form.js';
import { createPageResponder } from './respond-page.js';
import { createReturnTargets } from './return-target.js';
import { createSingleFlight } from './single-flight.js';
import { createStateCookie, type SignInState } from './state.js';
import { createViews } from './views.js';

export { signInPurpose };

export interface SignInOptions {
  service: Pick<Service, 'request' | 'verify'>;
  checkToken(token: unknown): Promise<TokenCheck>;
  /** Ends the session of a token. */
  endSession(token: string): Promise<void>;
  sessionCookie: SessionCookie;
  /** Seal what browsers keep between the steps; the first makes new seals. */
  stateKeys: readonly [KeyObject, ...KeyObject[]];
  /** Sign the forms, likewise. */
  formKeys: readonly [KeyObject, ...KeyObject[]];
  /** Whether browsers reach the page by https. */
  isSecure: boolean;
  publicUrl: string | undefined;
  cookieDomain: string | undefined;
  embedOrigins: readonly string[];
  brand: Brand;
  defaultLocale: Locale;
  defaultCountry: string | undefined;
  /** Those that some transport serves. */
  channels: readonly Channel[];
  /** Whether everybody may sign in. */
  isOpenToAll: boolean;
  randomBytes(size: number): Uint8Array;
  clock: Clock;
  logger: Logger;
}

export interface SignInRoute {
  method: 'GET' | 'POST';
  path: string;
  handle(request: Request, ip: string | undefined): Promise<Response>;
}

/** Where a form leads, and with which cookies. */
interface Outcome {
  location: string;
  cookies: string[];
}

interface Submission {
  request: Request;
  form: Form;
  state: SignInState;
  asker: { ip: string | undefined; locale: string | undefined };
}

/** @throws RangeError for a brand that cannot be shown */
export function createSignInRoutes(options: SignInOptions): SignInRoute[] {
  const { sessionCookie, clock } = options;
  const createId = () => Buffer.from(options.randomBytes(16)).toString('base64url');
  const assets = createAssets(options.brand.color);
  const targets = createReturnTargets(options);
  const stateCookie = createStateCookie({ ...options, keys: options.stateKeys });
  const tokens = createFormTokens(options.formKeys, createId);
  const flow = createFlow({ ...options, createId });
  const submissions = createSingleFlight<Outcome>(clock);
  const views = createViews({ ...options, assets, createToken: tokens.create });
  const respond = createPageResponder({
    logoUrl: options.brand.logoUrl,
    embedOrigins: options.embedOrigins,
    formTargets: targets.origins,
  });

  /** What the browser brought; a new one is given its name. */
  function readState(request: Request): { state: SignInState; cookies: string[] } {
    const state = stateCookie.read(request.headers.get('cookie'));
    if (state) return { state, cookies: [] };
    const fresh = createState();
    return { state: fresh, cookies: [stateCookie.write(fresh)] };
  }

  function createState(): SignInState {
    return { browser: createId(), flow: null };
  }

  async function readSession(request: Request): Promise<{ token: string; identity: string } | null> {
    const token = sessionCookie.read(request.headers.get('cookie'));
    if (token === null) return null;
    const check = await options.checkToken(token);
    return check.active && check.claims.purpose === signInPurpose
      ? { token, identity: check.claims.sub }
      : null;
  }

  async function showSignIn(request: Request): Promise<Response> {
    const returnTo = targets.read(new URL(request.url).searchParams.get('rd'));
    const { state, cookies } = readState(request);
    const session = await readSession(request);
    const markup = session
      ? await views.signedIn(request, state, { identity: session.identity, returnTo })
      : await views.identity(request, state, returnTo);
    return respond.page(200, markup, cookies);
  }

  async function showSignOut(request: Request): Promise<Response> {
    const session = await readSession(request);
    if (!session) return respond.seeOther(paths.signIn);
    const { state, cookies } = readState(request);
    const markup = await views.signedIn(request, state, { identity: session.identity, returnTo: null });
    return respond.page(200, markup, cookies);
  }

  async function showCode(request: Request): Promise<Response> {
    const { state } = readState(request);
    if (!state.flow) return respond.seeOther(paths.signIn);
    return respond.page(200, await views.code(request, state, state.flow));
  }

  /**
   * Takes a form of ours from the browser that it was shown to, and from it alone. Two clicks on one button are one
   * submission: both get the outcome of the first.
   */
  function submit(path: string, handle: (submission: Submission) => Promise<Outcome>): SignInRoute {
    return {
      method: 'POST',
      path,
      async handle(request, ip) {
        const state = stateCookie.read(request.headers.get('cookie'));
        if (!state) return respond.page(400, await views.notice(request, 'cookiesNeeded'));
        const read = await readForm(request).catch(toNull);
        if (!read) return respond.page(400, await views.notice(request, 'outdated'));
        const { form, body } = read;
        if (isFromElsewhere(request) || !tokens.isGood(state.browser, form.get('token'))) {
          return respond.page(403, await views.notice(request, 'outdated'));
        }
        const key = createHash('sha256').update(path).update('\0').update(body).digest('base64url');
        const asker = { ip, locale: request.headers.get('accept-language') ?? undefined };
        const { location, cookies } = await submissions.run(key, () =>
          handle({ request, form, state, asker }),
        );
        return respond.seeOther(location, cookies);
      },
    };
  }

  function lead(result: StepResult): Outcome {
    if (result.status === 'valid') {
      const { accessToken, expiresInSeconds } = result.valid;
      // The state goes, and with it every form that was shown before: nothing from before the sign-in is good after it.
      return {
        location: result.returnTo ?? paths.signIn,
        cookies: [sessionCookie.write(accessToken, expiresInSeconds), stateCookie.clear()],
      };
    }
    const { step, state } = result;
    const back = step === 'identity' ? signInPath(state.returnTo ?? null) : paths.code;
    return { location: back, cookies: [stateCookie.write(state)] };
  }

  /** A form of another sign-in than the one this browser is at: nothing is spent on it. */
  function isOutdated({ form, state }: Submission): boolean {
    return state.flow !== null && form.get('flow') !== state.flow.id;
  }

  function sayOutdated(state: SignInState): Outcome {
    const notice = { kind: 'outdated', step: 'code', at: clock() } as const;
    return lead({ status: 'next', step: 'code', state: { ...state, notice } });
  }

  async function start({ request, form, state, asker }: Submission): Promise<Outcome> {
    const acceptLanguage = request.headers.get('accept-language');
    const returnTo = targets.read(form.get('rd'));
    const result = await flow.start(
      state,
      {
        typed: form.get('identity') ?? '',
        country: readCountry(form.get('country')),
        returnTo,
        guessedCountry: guessCountry(acceptLanguage, views.localeOf(request)),
      },
      asker,
    );
    return lead(result.status === 'next' ? { ...result, state: { ...result.state, returnTo } } : result);
  }

  async function verify(submission: Submission): Promise<Outcome> {
    if (isOutdated(submission)) return sayOutdated(submission.state);
    const { form, state, asker } = submission;
    return lead(await flow.verify(state, toAsciiDigits(form.get('otp') ?? ''), asker));
  }

  async function resend(submission: Submission): Promise<Outcome> {
    if (isOutdated(submission)) return sayOutdated(submission.state);
    const { form, state, asker } = submission;
    const channel = options.channels.find((name) => name === form.get('channel'));
    return lead(await flow.resend(state, channel, asker));
  }

  async function signOut(request: Request): Promise<Outcome> {
    const session = await readSession(request);
    if (session) await options.endSession(session.token);
    const notice = { kind: 'signedOut', step: 'identity', at: clock() } as const;
    return {
      location: paths.signIn,
      cookies: [sessionCookie.clear(), stateCookie.write({ ...createState(), notice })],
    };
  }

  return [
    { method: 'GET', path: paths.signIn, handle: showSignIn },
    submit(paths.signIn, start),
    { method: 'GET', path: paths.code, handle: showCode },
    submit(paths.code, verify),
    submit(paths.resend, resend),
    { method: 'GET', path: paths.signOut, handle: showSignOut },
    submit(paths.signOut, ({ request }) => signOut(request)),
    {
      method: 'GET',
      path: paths.countries,
      handle: async (request) => respondJson(200, views.countries(request), { Vary: 'Accept-Language' }),
    },
    {
      method: 'GET',
      path: `${paths.assets}:file{(style-.+\\.css|page-.+\\.js)}`,
      handle: (request) => assets.respond(new URL(request.url).pathname),
    },
  ];
}

function readCountry(text: string | undefined): string | undefined {
  return text !== undefined && /^[A-Z]{2}$/.test(text) ? text : undefined;
}

function toNull(error: unknown): null {
  if (error instanceof OtpError) return null;
  throw error;
}
