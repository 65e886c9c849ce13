import { channelsOf } from '../core/channels.js';
import { parseCanonical } from '../core/identity.js';
import { findPlace, mayReach } from '../core/phone-place.js';
import type { Channel } from '../core/policy.js';
import { fillHtml, type Html, html } from '../html.js';
import type { HttpReply } from '../http/reply.js';
import type { HttpRequest } from '../http/request.js';
import type { Route } from '../http/route.js';
import { formatExpiry } from '../messages/duration.js';
import { fillString, joinSentences } from '../messages/strings.js';
import { findSolution, renderCheck } from './check.js';
import type { Stray, Submission } from './forms.js';
import { renderHelp } from './help.js';
import { isolate, type Page } from './layout.js';
import { isError, type Notice, renderLine, renderNotice } from './notice.js';
import { type Outcome, say, sayOutdated } from './outcome.js';
import type { PageContext } from './page-context.js';
import type { PageParts, Parts } from './parts.js';
import { parsePastedBase32 } from './pasted-base32.js';
import { parsePastedCode } from './pasted-code.js';
import { paths, signInPath } from './paths.js';
import {
  chooseMalformed,
  type Flow,
  findCheck,
  findNotice,
  isPending,
  putFirst,
  type SignInState,
} from './state.js';

/** Longer text is not a code, and would only make the cookie longer. */
const maxKeptLength = 40;

type CodeParts = PageParts & Pick<Parts, 'assets' | 'channels' | 'clock' | 'isOpenToAll'>;

/** The second step, at `/sign-in/code`: it takes the code, or sends another at `/sign-in/resend`. */
export function createCodeRoutes(parts: CodeParts): Route[] {
  const { channels, isOpenToAll, acceptForm, flow, replies, targets, clock } = parts;

  async function show(request: HttpRequest): Promise<HttpReply> {
    const query = new URLSearchParams(request.query);
    const named = query.get('flow');
    const returnTo = targets.parse(query.get('rd'));
    const state = parts.stateCookie.find(request);
    const found = state?.flows.find(({ id }) => named === null || id === named);
    // The first page says who is signed in, if anyone is.
    if (!state || !found) return replies.seeOther(request, signInPath(returnTo));
    const isTypable = isPending(found, clock());
    const isLatest = found === state.flows[0];
    const notice = isLatest ? findNotice(state, 'code') : null;
    const check = isLatest ? findCheck(state, 'code') : null;
    const input = {
      flow: named === null ? found : { ...found, returnTo },
      isPending: isTypable,
      typed: notice?.isKept ? (state.typed ?? '') : '',
      isOpenToAll,
      otherChannels: findPhoneChannels(found.identity).filter((name) => name !== found.channel),
      token: parts.formTokens.create(found.id),
      notice: notice ?? (isTypable ? null : { kind: 'expiredCode' as const }),
    };
    const urls = parts.assets.urls();
    const render = (context: PageContext) => renderPage(context, input, renderCheck(context, check, urls));
    return replies.page(request, render, { checkedBy: check?.asked.provider });
  }

  /** The channels that reach a number; none for other identities. */
  function findPhoneChannels(identity: string): readonly Channel[] {
    if (parseCanonical(identity)?.kind !== 'phone') return [];
    const { kind } = findPlace(identity);
    return channels.filter((name) => channelsOf.phone.includes(name) && mayReach(kind, name));
  }

  /** Acts on the sign-in that the form belongs to, with the target of its tab. */
  function onOwnFlow(act: (own: Flow, submission: Submission) => Promise<Outcome>) {
    return async (submission: Submission): Promise<Outcome> => {
      const { form, state } = submission;
      const found = state.flows.find(({ id }) => id === form.get('flow'));
      if (!found) return sayOutdated(state);
      const returnTo = form.has('rd') ? targets.parse(form.get('rd')) : found.returnTo;
      return act({ ...found, returnTo }, submission);
    };
  }

  const verify = onOwnFlow(async (own, { form, state, asker }) => {
    const parse = own.codeAlphabet === 'base32' ? parsePastedBase32 : parsePastedCode;
    const typed = form.get('otp') ?? '';
    const code = parse(typed, own.codeLength) ?? '';
    // It cannot be right, so it should not cost an attempt.
    const isIncomplete = code.length !== own.codeLength && isPending(own, clock());
    return isIncomplete ? sayIncomplete(state, own, typed) : flow.verify(state, own, code, asker);
  });

  function sayIncomplete(state: SignInState, own: Flow, typed: string): Outcome {
    const isKept = typed !== '' && typed.length <= maxKeptLength;
    const notice = { kind: chooseMalformed(own), digits: own.codeLength, isKept } as const;
    return say(notice, 'code', { ...putFirst(state, own), ...(isKept && { typed }) });
  }

  const resend = onOwnFlow((own, { form, state, asker }) => {
    const channel = channels.find((name) => name === form.get('channel'));
    return flow.resend(state, own, { channel, solution: findSolution(form) }, asker);
  });

  /** Another tab has finished this sign-in: a person who is signed in goes where this tab wanted to go. */
  async function receiveStray({ request, form }: Stray) {
    const target = targets.parse(form.get('rd')) ?? targets.home;
    const isDone = target !== null && (await parts.findSignedIn(request)) !== null;
    return isDone ? { reply: replies.seeOther(request, target) } : null;
  }

  return [
    { method: 'GET', path: paths.code, access: ['open'], answer: show },
    acceptForm({ path: paths.code, submit: verify, receiveStray }),
    acceptForm({ path: paths.resend, submit: resend, receiveStray }),
  ];
}

interface CodeView {
  flow: Flow;
  isPending: boolean;
  /** Whether everyone gets a code, so that the page may say that one was sent. */
  isOpenToAll: boolean;
  otherChannels: readonly Channel[];
  token: string;
  /** What was typed before, where it was too short. */
  typed: string;
  notice: Notice | null;
}

function renderPage(context: PageContext, input: CodeView, check: Html | null): Page {
  const { page } = context.strings;
  const { flow, isPending, isOpenToAll, notice } = input;
  const to = isolate(flow.identity);
  const edit = signInPath(flow.returnTo, flow.id);
  const title = flow.codeAlphabet ? page.enterText : page.enterCode;
  return {
    title: fillString(title, { digits: String(flow.codeLength) }),
    body: html`<p class="lead">${fillHtml(isOpenToAll ? page.sentTo : page.maySentTo, { to })} <a class="edit" href="${context.at(edit)}">${page.edit}</a></p>
${isPending ? renderCodeForm(context, input) : renderNotice(context, notice)}
${renderResendForm(context, input, check)}`,
  };
}

/** Each tab carries its own target: one sign-in may be open in several. */
function renderHidden({ token, flow }: CodeView): Html {
  return html`<input type="hidden" name="token" value="${token}">
<input type="hidden" name="flow" value="${flow.id}">
<input type="hidden" name="rd" value="${flow.returnTo ?? ''}">`;
}

/** One field, whatever the length: codes are pasted and filled in as a whole. The slots behind it are drawn. */
function renderCodeForm(context: PageContext, input: CodeView): Html {
  const { strings, locale, now, at } = context;
  const { codeLength, codeAlphabet, channel, expiresAt } = input.flow;
  const isBase32 = codeAlphabet === 'base32';
  const lifeSeconds = Math.max(1, Math.floor((expiresAt - now) / 1000));
  const expires = fillString(strings.smsExpires, { in: formatExpiry(locale, roundLife(lifeSeconds)) });
  const length = fillString(strings.page[chooseMalformed(input.flow)], { digits: String(codeLength) });
  const hint = joinSentences(length, expires);
  const slots = Array.from({ length: codeLength }, () => html`<span class="slot"></span>`);
  // `novalidate`: the pattern only tells the style sheet what fits into the slots.
  return html`<form id="code-form" method="post" action="${at(paths.code)}" novalidate data-once data-expires-in="${lifeSeconds}">
${renderHidden(input)}
<label for="otp" class="unseen">${strings.page.code}</label>
<div class="slots" dir="ltr" data-length="${codeLength}">
<input id="otp" class="code" name="otp" type="text" inputmode="${isBase32 ? 'text' : 'numeric'}" autocomplete="one-time-code" dir="ltr" value="${input.typed}" data-length="${codeLength}"${isBase32 && html` data-alphabet="base32"`}${channel === 'sms' && html` data-web-otp`} pattern="${isBase32 ? '[0-9A-Za-z]' : '[0-9]'}{0,${codeLength}}" placeholder=" " maxlength="2000" required autofocus autocapitalize="${isBase32 ? 'characters' : 'none'}" spellcheck="false" enterkeyhint="done" aria-describedby="notice hint"${isError(input.notice) && html` aria-invalid="true"`}>
${slots}
</div>
${renderLine(context, input.notice, hint)}
<button class="primary">${strings.page.signIn}</button>
</form>`;
}

/** A page that is shown this late still says as many minutes as the message. */
const graceSeconds = 5;

/** Rounds down to whole minutes, but not below one minute, so that no page promises more than the message did. */
function roundLife(seconds: number): number {
  const minutes = Math.floor((seconds + graceSeconds) / 60);
  return minutes > 0 ? minutes * 60 : seconds;
}

const labels: { [Name in Channel]?: 'bySms' | 'byWhatsapp' | 'byVoice' } = {
  sms: 'bySms',
  whatsapp: 'byWhatsapp',
  voice: 'byVoice',
};

/** Without the script the buttons stay enabled: the service tells people who are too early. */
function renderResendForm(context: PageContext, input: CodeView, check: Html | null): Html {
  const { strings, now, at } = context;
  const { page } = strings;
  const { flow, isPending } = input;
  const waitSeconds = Math.max(0, Math.ceil((flow.resendAt - now) / 1000));
  const channels = input.otherChannels.map((channel) => {
    const name = labels[channel];
    return name && html`<button class="secondary" name="channel" value="${channel}">${page[name]}</button>`;
  });
  return html`<form id="resend-form" class="more" method="post" action="${at(paths.resend)}" data-once>
${renderHidden(input)}
${check}
<button class="${isPending ? 'quiet' : 'primary'}" data-seconds="${waitSeconds}">${isPending ? page.resend : page.resendNew}<bdi class="left"></bdi></button>
${renderHelp(context, flow.channel)}
${channels}
</form>`;
}
