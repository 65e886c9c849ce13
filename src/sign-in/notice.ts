import { type Html, html } from '../html.js';
import type { Locale } from '../messages/catalogue.js';
import { formatExpiry } from '../messages/duration.js';
import { fillString, joinSentences, type PageStrings } from '../messages/strings.js';
import { toRetrySeconds } from '../service/waits.js';
import type { PageContext } from './page-context.js';

/** What a page may have to say about the step before it, by the names of its strings. */
export type NoticeKind = keyof PageStrings;

export interface Notice {
  kind: NoticeKind;
  /** With `wrongCode`. */
  attemptsLeft?: number | undefined;
  /** With `malformedCode` and `malformedText`: the length of the code, and whether the field shows what was typed. */
  digits?: number | undefined;
  isKept?: boolean | undefined;
  /** With `rateLimited` and `resendIn`: when it ends, in milliseconds since 1970. */
  until?: number | undefined;
}

const good: readonly NoticeKind[] = ['sentAgain', 'signedOut'];

export function isError(notice: Notice | null): boolean {
  return notice !== null && !good.includes(notice.kind);
}

/**
 * The line under a field: a notice, or the hint when nothing is wrong. Both take the same room, so a notice moves nothing on
 * the page. The script writes it again so that screen readers announce it.
 */
export function renderLine(context: PageContext, notice: Notice | null, hint: string): Html {
  return html`<div class="line">${renderNotice(context, notice)}<p id="hint" class="hint">${hint}</p></div>`;
}

/** The place for a notice alone. */
export function renderNotice(context: PageContext, notice: Notice | null): Html {
  if (!notice) return html`<div id="notice" aria-live="polite"></div>`;
  const look = isError(notice) ? 'error' : 'good';
  return html`<div id="notice" aria-live="polite"><p class="notice ${look}">${describeNotice(context, notice)}</p></div>`;
}

function describeNotice({ locale, strings: { page }, now }: PageContext, notice: Notice): string {
  const { kind, attemptsLeft, digits = 0, isKept = false, until = now } = notice;
  const text = fillString(page[kind], { in: formatWait(locale, until - now), digits: String(digits) });
  if (isKept) return joinSentences(text, page.keptCode);
  if (attemptsLeft === undefined) return text;
  const left = attemptsLeft === 1 ? page.lastAttempt : page.attemptsLeft;
  return joinSentences(text, fillString(left, { count: String(attemptsLeft) }));
}

/** Words such as "in 2 minutes", rounded up, so that nobody has to wait twice; in hours from two hours on. */
function formatWait(locale: Locale, ms: number): string {
  const seconds = toRetrySeconds(ms);
  const unit = seconds < 60 ? 1 : seconds <= 7140 ? 60 : 3600;
  return formatExpiry(locale, Math.ceil(seconds / unit) * unit);
}
