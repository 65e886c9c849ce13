import { fillHtml, html } from '../html.js';
import type { HttpReply } from '../http/reply.js';
import type { HttpRequest } from '../http/request.js';
import type { Route } from '../http/route.js';
import type { Stray, Submission } from './forms.js';
import { isolate, type Page, titleOf } from './layout.js';
import type { OpenedLink } from './links.js';
import { type Outcome, sayOutdated } from './outcome.js';
import type { PageContext } from './page-context.js';
import type { PageParts, Parts } from './parts.js';
import { findLink } from './pasted-link.js';
import { paths } from './paths.js';
import { showSignedIn } from './signed-in-page.js';
import type { Flow, SignInState } from './state.js';

/** The link of a message, at `/sign-in/link`. Opening it changes nothing; only its form signs in. */
export function createLinkRoutes(parts: PageParts & Pick<Parts, 'links'>): Route[] {
  const { links, findSignedIn, flow, replies, stateCookie, targets } = parts;
  /** Links may have been switched off since. */
  const open = (link: string) => links?.open(link) ?? 'linkExpired';

  /** In the browser that asked, a question; in any other, the code to type where it was asked for. */
  async function show(request: HttpRequest): Promise<HttpReply> {
    const link = findLink(request.query);
    const opened = open(link);
    if (typeof opened === 'string') return replies.notice(request, 410, opened, paths.signIn);
    const { identity, code } = opened;
    const isSignedIn = (await findSignedIn(request)) === identity;
    if (isSignedIn) return showSignedIn(parts, request, identity, targets.home);
    const asked = findAsked(opened, stateCookie.find(request));
    if (!asked) return replies.page(request, (context) => renderCode(context, code));
    const token = parts.formTokens.create(asked.id);
    return replies.page(request, (context) => renderQuestion(context, identity, link, token));
  }

  async function submit({ form, state, asker }: Submission): Promise<Outcome> {
    const opened = open(form.get('k') ?? '');
    if (typeof opened === 'string') return sayOutdated(state);
    const asked = findAsked(opened, state);
    return asked ? flow.verify(state, asked, opened.code, asker) : sayOutdated(state);
  }

  /** The page of the link says what is left to do. */
  async function receiveStray({ request, form }: Stray) {
    const link = form.get('k') ?? '';
    const location = `${paths.link}?${new URLSearchParams({ k: link })}`;
    return typeof open(link) === 'string' ? null : { reply: replies.seeOther(request, location) };
  }

  return [
    { method: 'GET', path: paths.link, access: ['open'], answer: show },
    parts.acceptForm({ path: paths.link, submit, receiveStray }),
  ];
}

/** The sign-in that the link belongs to, in the browser that asked for it. */
function findAsked({ identity, challenge }: OpenedLink, state: SignInState | null): Flow | undefined {
  return state?.flows.find((flow) => flow.identity === identity && flow.challenge === challenge);
}

/** Says what the button will do; its form sends the link back. */
function renderQuestion(context: PageContext, identity: string, link: string, token: string): Page {
  const { page } = context.strings;
  return {
    title: titleOf(context),
    body: html`<p class="lead">${fillHtml(page.linkQuestion, { to: isolate(identity) })}</p>
<form method="post" action="${context.at(paths.link)}" data-once>
<input type="hidden" name="token" value="${token}">
<input type="hidden" name="k" value="${link}">
<button class="primary">${page.signIn}</button>
</form>`,
  };
}

function renderCode({ strings: { page, keep } }: PageContext, code: string): Page {
  return {
    title: page.code,
    body: html`<p class="lead">${page.linkElsewhere}</p>
<p class="shown" dir="ltr">${code}</p>
<p class="hint">${keep}</p>`,
  };
}
