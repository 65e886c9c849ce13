import { createHash } from 'node:crypto';
import type { Channel } from '../../core/policy.js';
import { OtpError } from '../../errors.js';
import type { Clock, Logger } from '../../ports.js';
import type { Tokens } from '../../tokens/tokens.js';
import { guessCountry } from '../../ui/countries.js';
import { readPastedCode } from '../../ui/pasted-code.js';
import { paths, signInPath } from '../../ui/paths.js';
import { readForm } from '../body.js';
import { createWebCall } from '../call.js';
import type { SessionCookie } from '../session-cookie.js';
import type { BrowserReader } from './browser.js';
import type { FlowSteps, StepResult } from './flow.js';
import { type FormTokens, isFromElsewhere } from './form-tokens.js';
import { isAskedFor, type Links } from './links.js';
import type { PageResponder } from './respond-page.js';
import type { ReturnTargets } from './return-target.js';
import type { SignInRoute } from './routes.js';
import { createSingleFlight } from './single-flight.js';
import type { SignInState, StateCookie, Step } from './state.js';
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

/** What is sent with POST: each leads to a page, so that a reload or the back button sends nothing again. */
export function createForms(parts: FormParts): SignInRoute[] {
  const { flow, views, respond, targets, links, stateCookie, sessionCookie, clock } = parts;
  const submissions = createSingleFlight<Outcome>(clock);

  /**
   * Takes a form of ours from the browser that it was shown to, and from it alone. Two clicks on one button are one
   * submission: both get the outcome of the first.
   */
  function accept(path: string, handle: (submission: Submission) => Promise<Outcome>): SignInRoute {
    return {
      method: 'POST',
      path,
      async handle(request, ip) {
        const state = stateCookie.read(request.headers.get('cookie'));
        if (!state) return respond.page(400, await views.notice(request, 'cookiesNeeded'));
        const form = await readForm(createWebCall(request)).catch(toNull);
        if (!form) return respond.page(400, await views.notice(request, 'outdated'));
        if (isFromElsewhere(request) || !parts.formTokens.isGood(state.browser, form.get('token'))) {
          return respond.page(403, await views.notice(request, 'outdated'));
        }
        const key = createHash('sha256').update(`${path}\0${form}`).digest('base64url');
        const asker = { ip, locale: request.headers.get('accept-language') ?? undefined };
        try {
          const work = () => handle({ request, form, state, asker });
          const { location, cookies } = await submissions.run(key, work);
          return respond.seeOther(location, cookies);
        } catch (error) {
          if (!(error instanceof OtpError) || error.code !== 'store_unavailable') throw error;
          parts.logger.error({ error: error.code, reason: error.message }, 'request failed');
          return respond.page(503, await views.notice(request, 'unavailable'));
        }
      },
    };
  }

  function lead(result: StepResult): Outcome {
    if (result.status === 'valid') {
      const { accessToken, expiresInSeconds } = result.valid;
      // The state goes, and with it every form that was shown before: nothing from before the sign-in is good after it.
      return {
        location: result.returnTo ?? targets.home ?? paths.signIn,
        cookies: [sessionCookie.write(accessToken, expiresInSeconds), stateCookie.clear()],
      };
    }
    const { step, state } = result;
    const location = step === 'identity' ? signInPath(state.returnTo ?? null) : paths.code;
    return { location, cookies: [stateCookie.write(state)] };
  }

  function sayOutdated(state: SignInState): Outcome {
    const step: Step = state.flow ? 'code' : 'identity';
    return lead({
      status: 'next',
      step,
      state: { ...state, notice: { kind: 'outdated', step, at: clock() } },
    });
  }

  async function start({ request, form, state, asker }: Submission): Promise<Outcome> {
    const country = form.get('country');
    const result = await flow.start(
      state,
      {
        typed: form.get('identity') ?? '',
        country: country !== null && /^[A-Z]{2}$/.test(country) ? country : undefined,
        returnTo: targets.read(form.get('rd')),
        guessedCountry: guessCountry(asker.locale ?? null, views.localeOf(request)),
      },
      asker,
    );
    return lead(result);
  }

  /** A form of another sign-in than the one this browser is at is not acted on: it would spend that one's attempts. */
  function ofThisFlow(handle: (submission: Submission) => Promise<StepResult>) {
    return async (submission: Submission): Promise<Outcome> => {
      const { form, state } = submission;
      const isOurs = state.flow === null || form.get('flow') === state.flow.id;
      return isOurs ? lead(await handle(submission)) : sayOutdated(state);
    };
  }

  async function followLink({ form, state, asker }: Submission): Promise<Outcome> {
    const opened = links?.read(form.get('k')) ?? null;
    if (!opened || !isAskedFor(opened, state)) return sayOutdated(state);
    return lead(await flow.verify(state, opened.code, asker));
  }

  async function signOut({ request }: Submission): Promise<Outcome> {
    for (const token of sessionCookie.read(request.headers.get('cookie'))) await parts.tokens.revoke(token);
    const notice = { kind: 'signedOut', step: 'identity', at: clock() } as const;
    return {
      location: paths.signIn,
      cookies: [sessionCookie.clear(), stateCookie.write({ ...parts.browser.createState(), notice })],
    };
  }

  return [
    accept(paths.signIn, start),
    accept(
      paths.code,
      ofThisFlow(({ form, state, asker }) => {
        const code = readPastedCode(form.get('otp') ?? '', state.flow?.codeLength ?? 0) ?? '';
        return flow.verify(state, code, asker);
      }),
    ),
    accept(
      paths.resend,
      ofThisFlow(({ form, state, asker }) => {
        const channel = parts.channels.find((name) => name === form.get('channel'));
        return flow.resend(state, channel, asker);
      }),
    ),
    accept(paths.link, followLink),
    accept(paths.signOut, signOut),
  ];
}

function toNull(error: unknown): null {
  if (error instanceof OtpError) return null;
  throw error;
}
