import { createHash } from 'node:crypto';
import type { Channel } from '../core/policy.js';
import { OtpError } from '../errors.js';
import { readForm } from '../http/body.js';
import type { PageRoute } from '../http/page-route.js';
import type { SessionCookie } from '../http/session-cookie.js';
import { fromWebRequest } from '../http/web.js';
import type { Clock, Logger, MonotonicClock } from '../ports.js';
import type { Tokens } from '../tokens/tokens.js';
import type { BrowserReader } from './browser.js';
import { guessCountry } from './countries.js';
import type { FlowSteps, StepResult } from './flow.js';
import { type FormTokens, isFromElsewhere } from './form-tokens.js';
import { findAsked, type Links } from './links.js';
import { readPastedCode } from './pasted-code.js';
import { paths, signInPath } from './paths.js';
import type { PageResponder } from './respond-page.js';
import type { ReturnTargets } from './return-target.js';
import { createSingleFlight } from './single-flight.js';
import type { Flow, SignInState, StateCookie, Step } from './state.js';
import { createStrayForms, readFirstStep, type Stray } from './stray-forms.js';
import type { Views } from './views.js';

export interface FormParts {
  flow: FlowSteps;
  browser: BrowserReader;
  views: Views;
  respond: PageResponder;
  targets: ReturnTargets;
  links: Links | undefined;
  formTokens: FormTokens;
  stateCookie: StateCookie;
  sessionCookie: SessionCookie;
  tokens: Pick<Tokens, 'revoke'>;
  channels: readonly Channel[];
  clock: Clock;
  monotonicClock: MonotonicClock;
  logger: Logger;
}

/** Where a form leads, and with which cookies. */
interface Outcome {
  location: string;
  cookies: string[];
}

interface Submission {
  request: Request;
  form: URLSearchParams;
  state: SignInState;
  asker: { ip: string; locale: string | undefined };
}

interface FormRoute {
  path: string;
  handle(submission: Submission): Promise<Outcome>;
  /** What becomes of a stray form: an answer, a state to take it with after all, or null to refuse it. */
  receive?(stray: Stray): Promise<Response | SignInState | null>;
}

/** What is sent with POST: each leads to a page, so that a reload or the back button sends nothing again. */
export function createForms(parts: FormParts): PageRoute[] {
  const { flow, views, respond, targets, links, stateCookie, sessionCookie, clock } = parts;
  const { createState } = parts.browser;
  const strays = createStrayForms(parts);
  const submissions = createSingleFlight<Outcome>(parts.monotonicClock);

  /**
   * Takes a form of ours from the browser that it was shown to, and from it alone. Two clicks on one button are one
   * submission: both get the outcome of the first.
   */
  function accept({ path, handle, receive }: FormRoute): PageRoute {
    return {
      method: 'POST',
      path,
      async handle(request, ip) {
        const cookieHeader = request.headers.get('cookie');
        const known = stateCookie.read(cookieHeader);
        const form = await readForm(fromWebRequest(request)).catch(toNull);
        const onwards = path === paths.signOut ? path : signInPath(targets.read(form?.get('rd')));
        const refuse = async () =>
          respond.page(known && form ? 403 : 400, await views.notice(request, 'outdated', onwards));
        if (!form || isFromElsewhere(request)) return refuse();
        try {
          let state = known;
          if (!state || !isShownIn(state, form)) {
            const received = (await receive?.({ request, form, state })) ?? null;
            if (received === null) return await refuse();
            if (received instanceof Response) return received;
            state = received;
          }
          const submission = { request, form, state, asker: readAsker(request, ip) };
          const key = createHash('sha256').update(`${path}\0${known?.browser ?? cookieHeader}\0${form}`);
          const work = () => handle(submission);
          const { location, cookies } = await submissions.run(key.digest('base64url'), work);
          return respond.seeOther(location, cookies);
        } catch (error) {
          if (!(error instanceof OtpError) || error.code !== 'store_unavailable') throw error;
          parts.logger.error({ error: error.code, reason: error.message }, 'request failed');
          return respond.page(503, await views.notice(request, 'unavailable', onwards));
        }
      },
    };
  }

  function isShownIn({ browser, flows }: SignInState, form: URLSearchParams): boolean {
    const names = [browser, ...flows.map(({ id }) => id)];
    return names.some((name) => parts.formTokens.isValid(name, form.get('token')));
  }

  function lead(result: StepResult): Outcome {
    if (result.status === 'valid') {
      const { accessToken, expiresInSeconds } = result.valid;
      const { others: flows } = result;
      // The browser gets another name: of what was shown before, only what other tabs are at is good after a sign-in.
      const rest = flows.length > 0 ? stateCookie.write({ ...createState(), flows }) : stateCookie.clear();
      return {
        location: result.returnTo ?? targets.home ?? paths.signIn,
        cookies: [sessionCookie.write(accessToken, expiresInSeconds), rest],
      };
    }
    const { step, state } = result;
    const location = step === 'identity' ? signInPath(state.returnTo ?? null) : paths.code;
    return { location, cookies: [stateCookie.write(state)] };
  }

  function sayOutdated(state: SignInState): Outcome {
    const step: Step = state.flows.length > 0 ? 'code' : 'identity';
    return lead({
      status: 'next',
      step,
      state: { ...state, notice: { kind: 'outdated', step, at: clock() } },
    });
  }

  async function start({ request, form, state, asker }: Submission): Promise<Outcome> {
    const location = await strays.findWayOn(request, form);
    if (location !== null) return { location, cookies: [] };
    const guessedCountry = guessCountry(asker.locale ?? null, views.localeOf(request));
    const { rd, ...typed } = readFirstStep(form);
    return lead(await flow.start(state, { ...typed, returnTo: targets.read(rd), guessedCountry }, asker));
  }

  /** The sign-in that a form belongs to, with the target of its tab. One that has ended is not acted on. */
  function ofItsFlow(handle: (submission: Submission, own: Flow) => Promise<StepResult>) {
    return async (submission: Submission): Promise<Outcome> => {
      const { form, state } = submission;
      const found = state.flows.find(({ id }) => id === form.get('flow'));
      if (!found) return sayOutdated(state);
      const returnTo = form.has('rd') ? targets.read(form.get('rd')) : found.returnTo;
      return lead(await handle(submission, { ...found, returnTo }));
    };
  }

  async function followLink({ form, state, asker }: Submission): Promise<Outcome> {
    const opened = links?.read(form.get('k')) ?? null;
    const asked = opened && findAsked(opened, state);
    if (!opened || !asked) return sayOutdated(state);
    return lead(await flow.verify(state, asked, opened.code, asker));
  }

  async function signOut({ request, state: { browser, flows } }: Submission): Promise<Outcome> {
    for (const token of sessionCookie.read(request.headers.get('cookie'))) await parts.tokens.revoke(token);
    const notice = { kind: 'signedOut', step: 'identity', at: clock() } as const;
    return {
      location: paths.signIn,
      cookies: [sessionCookie.clear(), stateCookie.write({ browser, flows, notice })],
    };
  }

  return [
    accept({ path: paths.signIn, handle: start, receive: strays.receiveStart }),
    accept({
      path: paths.code,
      handle: ofItsFlow(({ form, state, asker }, own) => {
        const code = readPastedCode(form.get('otp') ?? '', own.codeLength) ?? '';
        return flow.verify(state, own, code, asker);
      }),
      receive: strays.receiveCode,
    }),
    accept({
      path: paths.resend,
      handle: ofItsFlow(({ form, state, asker }, own) => {
        const channel = parts.channels.find((name) => name === form.get('channel'));
        return flow.resend(state, own, channel, asker);
      }),
      receive: strays.receiveCode,
    }),
    accept({ path: paths.link, handle: followLink, receive: strays.receiveLink }),
    accept({ path: paths.signOut, handle: signOut }),
  ];
}

function readAsker(request: Request, ip: string): Submission['asker'] {
  return { ip, locale: request.headers.get('accept-language') ?? undefined };
}

function toNull(error: unknown): null {
  if (error instanceof OtpError) return null;
  throw error;
}
