import type { Channel } from '../core/policy.js';
import { fillHtml, type Html, html } from '../html.js';
import { formatExpiry } from '../messages/duration.js';
import { fillString } from '../messages/strings.js';
import { isolate, type Page, type PageContext, renderPage } from './layout.js';
import { describeWait, isError, type Notice, renderNotice } from './notice.js';
import { paths, signInPath } from './paths.js';

export interface CodePageInput {
  /** The masked identity. */
  to: string;
  /** Whether everybody gets a code, so that the page may say that one was sent. */
  isOpenToAll: boolean;
  channel: Channel;
  /** Other ways to the same identity. */
  otherChannels: readonly Channel[];
  codeLength: number;
  /** Whether the code can still be typed. */
  isPending: boolean;
  /** In milliseconds since 1970, like `now`. */
  expiresAt: number;
  resendAt: number;
  returnTo: string | null;
  /** Names the sign-in that the form belongs to. */
  flow: string;
  token: string;
  notice: Notice | null;
  now: number;
}

/** The second step: the code. */
export function renderCodePage(context: PageContext, input: CodePageInput): Page {
  const { page } = context.strings;
  const sent = fillHtml(input.isOpenToAll ? page.sentTo : page.maySentTo, { to: isolate(input.to) });
  return renderPage(context, {
    title: page.enterCode,
    body: html`<h1>${page.enterCode}</h1>
<p class="lead">${sent}<br><a class="another" href="${signInPath(input.returnTo)}">${page.another}</a></p>
${input.isPending ? renderCodeForm(context, input) : renderNotice(context, input.notice, input.now)}
${renderResendForm(context, input)}`,
  });
}

/** Each tab brings where it wants to go: one sign-in may be open in several. */
function renderHidden({ token, flow, returnTo }: CodePageInput): Html {
  return html`<input type="hidden" name="token" value="${token}">
<input type="hidden" name="flow" value="${flow}">
<input type="hidden" name="rd" value="${returnTo ?? ''}">`;
}

function renderCodeForm(context: PageContext, input: CodePageInput): Html {
  const { strings, locale } = context;
  const lifeSeconds = Math.max(1, Math.floor((input.expiresAt - input.now) / 1000));
  const expires = fillString(strings.expires, { in: formatExpiry(locale, roundLife(lifeSeconds)) });
  const hasError = isError(input.notice);
  return html`<form id="code-form" method="post" action="${paths.code}" data-once data-expires-in="${lifeSeconds}">
${renderHidden(input)}
${renderNotice(context, input.notice, input.now)}
<label for="otp">${strings.page.code}</label>
<input id="otp" class="code" name="otp" type="text" inputmode="numeric" autocomplete="one-time-code" dir="ltr" data-length="${input.codeLength}"${input.channel === 'sms' && html` data-web-otp`} maxlength="2000" required autofocus autocapitalize="none" spellcheck="false" enterkeyhint="done" aria-describedby="notice hint"${hasError && html` aria-invalid="true"`}>
<p id="hint" class="hint">${expires}</p>
<button class="primary">${strings.page.signIn}</button>
</form>`;
}

/** How long a page may take to be shown without saying one minute less than the message. */
const onTheWaySeconds = 5;

/** In seconds the life is exact: no code lives 35 seconds where it was sent with 30. */
function roundLife(seconds: number): number {
  const minutes = Math.floor((seconds + onTheWaySeconds) / 60);
  return minutes > 0 ? minutes * 60 : seconds;
}

const bySending: Partial<Record<Channel, 'bySms' | 'byWhatsapp' | 'byVoice'>> = {
  sms: 'bySms',
  whatsapp: 'byWhatsapp',
  voice: 'byVoice',
};

/** Without the script the buttons stay usable: who is too early is told so by the service. */
function renderResendForm({ locale, strings }: PageContext, input: CodePageInput): Html {
  const { page } = strings;
  const waitMs = input.resendAt - input.now;
  const wait =
    waitMs > 0 &&
    html`<p id="wait" class="hint" data-seconds="${Math.ceil(waitMs / 1000)}" data-text="${page.resendIn}">${fillString(page.resendIn, { in: describeWait(locale, waitMs) })}</p>`;
  const channels = input.otherChannels.map((channel) => {
    const name = bySending[channel];
    return (
      name !== undefined &&
      html`<button class="secondary" name="channel" value="${channel}">${page[name]}</button>`
    );
  });
  return html`<form id="resend-form" class="more" method="post" action="${paths.resend}" data-once>
${renderHidden(input)}
${wait}
<button class="${input.isPending ? 'secondary' : 'primary'}">${input.isPending ? page.resend : page.resendNew}</button>
${channels}
</form>`;
}
