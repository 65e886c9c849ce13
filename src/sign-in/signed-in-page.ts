import { fillHtml, type Html, html } from '../html.js';
import type { HttpReply } from '../http/reply.js';
import type { HttpRequest } from '../http/request.js';
import type { Route } from '../http/route.js';
import type { Submission } from './forms.js';
import { isolate, type Page } from './layout.js';
import { type Outcome, say } from './outcome.js';
import type { PageContext } from './page-context.js';
import type { PageParts, Parts } from './parts.js';
import { paths } from './paths.js';
import { forgetStep } from './state.js';

/** Says who is signed in, with a link to where they were going and a button that signs out. */
export function showSignedIn(
  parts: PageParts,
  request: HttpRequest,
  identity: string,
  returnTo: string | null,
): HttpReply {
  return showSession(parts, request, ({ at, strings: { page } }) => ({
    title: page.signedIn,
    isDone: true,
    lead: isolate(identity),
    way: returnTo !== null && html`<a class="primary" href="${at(returnTo)}">${page.continue}</a>`,
  }));
}

interface Session extends Omit<Page, 'body'> {
  lead: Html;
  /** Link to where the person was going. */
  way?: Html | false;
  /** Link for a person who does not want to sign out after all. */
  wayBack?: Html | false;
}

function showSession(
  { deviceCookie, formTokens, replies, stateCookie, tokens }: PageParts,
  request: HttpRequest,
  describe: (context: PageContext) => Session,
): HttpReply {
  const { state, cookies } = stateCookie.findOrBegin(request);
  const render = (context: PageContext): Page => {
    const { page } = context.strings;
    const { lead, way, wayBack, ...session } = describe(context);
    return {
      ...session,
      body: html`<p class="lead">${lead}</p>
${way}
<form class="more" method="post" action="${context.at(paths.signOut)}" data-once>
<input type="hidden" name="token" value="${formTokens.create(state.browser)}">
<button class="secondary">${page.signOut}</button>
${tokens.canSignOut && html`<button class="quiet" name="everywhere" value="1">${page.signOutEverywhere}</button>`}
${deviceCookie.isUsed && html`<button class="quiet" name="forget" value="1">${page.forgetBrowser}</button>`}
${wayBack}
</form>`,
    };
  };
  return replies.page(request, render, { cookies });
}

/** Signing out, at `/sign-out`. */
export function createSignOutRoutes(
  parts: PageParts & Pick<Parts, 'devices' | 'findOwners' | 'sessionCookie'>,
): Route[] {
  const { deviceCookie, devices, replies, sessionCookie, targets, tokens } = parts;

  async function show(request: HttpRequest): Promise<HttpReply> {
    const identity = await parts.findSignedIn(request);
    if (identity === null) return replies.seeOther(request, paths.signIn);
    return showSession(parts, request, ({ at, strings: { page } }) => ({
      title: page.signOut,
      lead: fillHtml(page.signedInAs, { identity: isolate(identity) }),
      wayBack: targets.home !== null && html`<a href="${at(targets.home)}">${page.continue}</a>`,
    }));
  }

  async function submit({ request, form, state, asker }: Submission): Promise<Outcome> {
    const { call } = asker;
    const isForgotten = deviceCookie.isUsed && form.get('forget') === '1';
    const presented = sessionCookie.parse(request.header('cookie'));
    if (form.get('everywhere') === '1') {
      for (const identity of await parts.findOwners(presented)) await tokens.signOut(identity, call);
    }
    if (tokens.canRevoke) for (const token of presented) await tokens.revoke(token, call);
    if (isForgotten) await devices.forget(asker.devices);
    const outcome = say({ kind: 'signedOut' }, 'identity', forgetStep(state));
    return { ...outcome, session: null, ...(isForgotten ? { devices: null } : {}) };
  }

  return [
    { method: 'GET', path: paths.signOut, access: ['open'], answer: show },
    parts.acceptForm({ path: paths.signOut, submit }),
  ];
}
