import { createHash } from 'node:crypto';
import { OtpError } from '../errors.js';
import { readForm } from '../http/body.js';
import type { HttpReply } from '../http/reply.js';
import type { HttpRequest } from '../http/request.js';
import type { Route } from '../http/route.js';
import type { DeviceCookie } from './device-cookie.js';
import type { Asker } from './flow.js';
import { type FormTokens, isCrossOrigin } from './form-tokens.js';
import type { LocaleChoice } from './locale-choice.js';
import type { SignInOptions } from './options.js';
import type { Outcome } from './outcome.js';
import { paths, signInPath } from './paths.js';
import type { PageReplies } from './replies.js';
import type { ReturnTargets } from './return-target.js';
import { createSingleFlight } from './single-flight.js';
import type { SignInState } from './state.js';
import type { StateCookie } from './state-cookie.js';

/** A form whose token is not valid in this browser, or which came without the state that it belongs to. */
export interface Stray {
  request: HttpRequest;
  form: URLSearchParams;
  state: SignInState | null;
}

/** A form from the browser that it was shown to. */
export interface Submission extends Stray {
  state: SignInState;
  asker: Asker;
}

export interface Form {
  path: string;
  submit(submission: Submission): Promise<Outcome>;
  /**
   * Decides about a form from a tab that stayed open while its browser signed in, signed out or lost its cookies. Returns a
   * reply, or a state to accept the form with after all, or null to refuse it. Default: refuses it.
   */
  receiveStray?(stray: Stray): Promise<{ reply: HttpReply } | { state: SignInState } | null>;
}

/** Makes the route of a form. It leads to a page, so that a reload or the back button sends nothing again. */
export type AcceptForm = (form: Form) => Route;

interface FormParts extends Pick<SignInOptions, 'sessionCookie' | 'monotonicClock' | 'outcomes'> {
  stateCookie: Pick<StateCookie, 'find' | 'write' | 'clear'>;
  deviceCookie: DeviceCookie;
  formTokens: Pick<FormTokens, 'isValid'>;
  replies: PageReplies;
  localeChoice: Pick<LocaleChoice, 'findPreference'>;
  targets: Pick<ReturnTargets, 'parse'>;
}

/**
 * Accepts a form from the browser that it was shown to, and from no other. Two clicks on one button are one submission:
 * both get the outcome of the first.
 */
export function createFormAcceptor(parts: FormParts): AcceptForm {
  const { stateCookie, sessionCookie, deviceCookie, formTokens, replies, localeChoice, targets, outcomes } =
    parts;
  const submissions = createSingleFlight<Outcome>(parts.monotonicClock);

  function isShownIn({ browser, flows }: SignInState, form: URLSearchParams): boolean {
    const names = [browser, ...flows.map(({ id }) => id)];
    return names.some((name) => formTokens.isValid(name, form.get('token')));
  }

  function listCookies({ session, state, devices }: Outcome): string[] {
    const cookies: string[] = [];
    if (session) cookies.push(sessionCookie.write(session.accessToken, session.expiresInSeconds));
    if (session === null) cookies.push(sessionCookie.clear());
    if (devices) cookies.push(deviceCookie.write(devices));
    if (devices === null) cookies.push(deviceCookie.clear());
    if (state !== undefined) cookies.push(state ? stateCookie.write(state) : stateCookie.clear());
    return cookies;
  }

  /** Tells browsers apart: by the name in their state, else by their session, else by their cookies. */
  function identifySender(request: HttpRequest, state: SignInState | null): string | null {
    const cookies = request.header('cookie');
    return state?.browser ?? sessionCookie.parse(cookies)[0] ?? cookies;
  }

  return ({ path, submit, receiveStray }) => ({
    method: 'POST',
    path,
    access: ['open'],
    async answer(request, { call }) {
      const state = stateCookie.find(request);
      const form = await readForm(request).catch(toNull);
      const onwards = path === paths.signOut ? path : signInPath(targets.parse(form?.get('rd')));
      const refuse = () => replies.notice(request, state && form ? 403 : 400, 'outdated', onwards);
      if (!form || isCrossOrigin(request)) return refuse();
      try {
        const identifyClick = (sender: string | null) =>
          createHash('sha256').update(`${path}\0${sender}\0${form}`).digest('base64url');
        const click = identifyClick(identifySender(request, state));
        let outcome = await submissions.find(click);
        if (!outcome) {
          const admission =
            state && isShownIn(state, form) ? { state } : await receiveStray?.({ request, form, state });
          if (!admission) return refuse();
          if ('reply' in admission) return admission.reply;
          const locale = localeChoice.findPreference(request) ?? undefined;
          const asker = { call, locale, devices: deviceCookie.find(request) };
          const work = () => submit({ request, form, state: admission.state, asker });
          outcome = await submissions.run(click, work);
          // When the second click is sent, the browser may already have the cookies of the first outcome.
          const sender = outcome.state?.browser ?? outcome.session?.accessToken;
          if (sender !== undefined) submissions.keep(identifyClick(sender), outcome);
        }
        return replies.seeOther(request, outcome.location, listCookies(outcome));
      } catch (error) {
        if (!(error instanceof OtpError) || error.code !== 'store_unavailable') throw error;
        outcomes.report({ event: 'request.failed', ...call, status: error.code, cause: error.message });
        return replies.notice(request, 503, 'unavailable', onwards);
      }
    },
  });
}

function toNull(error: unknown): null {
  if (error instanceof OtpError) return null;
  throw error;
}
