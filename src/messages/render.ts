import { checkOriginHost } from '../core/origin.js';
import { remember } from '../fast/recent.js';
import type { Content, Render, RenderInput } from '../ports.js';
import { cachedLocales, catalogue, isLocale, type Locale, locales } from './catalogue.js';
import { chooseLocale } from './choose-locale.js';
import { formatDuration, formatExpiry } from './duration.js';
import { emailHtml, emailLinkHtml, emailLinkText, emailText } from './email.js';
import { measureSms, writeOriginLine, writeShortText, writeSms } from './sms.js';
import { fillString, type Strings } from './strings.js';
import { compileAs, loadTemplates, type Templates, type TemplateVariable } from './template-files.js';

/** As `options/messages.ts` describes them. */
export interface RendererOptions {
  appName?: string | undefined;
  /** Default `en`. */
  defaultLocale?: Locale | undefined;
  /** Default true. */
  isCodeInSubject?: boolean | undefined;
  origin?: string | undefined;
  templatesDir?: string | undefined;
}

/** Codes live at most ten minutes, and only the last minute is counted in seconds. */
const maxDurations = 200;

const builtIn = {
  text: compileAs('text', emailText),
  html: compileAs('html', emailHtml),
  linkText: compileAs('linkText', emailLinkText),
  linkHtml: compileAs('linkHtml', emailLinkHtml),
};

/**
 * Writes messages in the requested language, or the closest one available.
 *
 * @throws TypeError or RangeError that names the option, or the template and its line, and what is allowed
 */
export function createRenderer(options: RendererOptions = {}): Render {
  const { defaultLocale = 'en', isCodeInSubject = true, origin, templatesDir } = options;
  if (!isLocale(defaultLocale)) {
    throw new RangeError(`defaultLocale must be one of ${locales.join(', ')}, got ${defaultLocale}`);
  }
  const appName = checkAppName(options.appName);
  const host = origin === undefined ? undefined : checkOriginHost(origin);
  const findTemplates =
    templatesDir === undefined
      ? (): Templates => ({})
      : loadTemplates(templatesDir, { hasAppName: appName !== '', isCodeInSubject });
  /** Most of a message is the same for everyone. */
  const draftsOf = remember(cachedLocales, (locale: Locale) => {
    const templates = findTemplates(locale);
    return remember(maxDurations, (seconds: number) => createDraft(locale, seconds, appName, templates));
  });

  function writeText({ channel, code }: RenderInput, draft: Draft, holes: Holes): string {
    const { strings, expiresIn, templates } = draft;
    const input = { strings, expiresIn, appName, code: holes.code };
    if (channel !== 'sms') return writeShortText(input);
    const end = host === undefined ? [] : [writeOriginLine(host, code)];
    return templates.sms ? [templates.sms.fill(holes).trim(), ...end].join('\n') : writeSms(input, end);
  }

  function render(input: RenderInput, locale = chooseLocale(input.locale, defaultLocale)): Content {
    const { expiresInSeconds } = input;
    const seconds = expiresInSeconds >= 60 ? Math.floor(expiresInSeconds / 60) * 60 : expiresInSeconds;
    const draft = draftsOf(locale)(seconds);
    const { title, templates } = draft;
    const code = input.channel === 'voice' ? spell(input.code) : input.code;
    const holes: Holes = { code, subject: '', link: input.link ?? '' };
    if (templates.subject) holes.subject = toOneLine(templates.subject.fill(holes));
    else holes.subject = isCodeInSubject ? `${input.code} – ${title}` : title;
    const { subject } = holes;
    if (input.channel === 'email') {
      const [text, html] =
        input.link === undefined
          ? [templates.text, templates.html]
          : [templates.linkText, templates.linkHtml];
      return { locale, subject, text: text.fill(holes), html: html.fill(holes) };
    }
    const content = { locale, subject, text: writeText(input, draft, holes) };
    if (input.channel !== 'sms' || locale === defaultLocale) return content;
    const { segments } = measureSms(content.text);
    if (segments === 1) return content;
    // The caller chooses the language, the operator pays for each segment.
    const byDefault = render(input, defaultLocale);
    return segments > measureSms(byDefault.text).segments ? byDefault : content;
  }

  return render;
}

/** Variables that differ between messages. */
type Holes = Record<'code' | 'subject' | 'link', string>;

/** A message, except for its holes. */
interface Draft {
  strings: Strings;
  expiresIn: string;
  title: string;
  templates: Templates & typeof builtIn;
}

function createDraft(locale: Locale, expiresInSeconds: number, appName: string, own: Templates): Draft {
  const strings = catalogue[locale];
  const expiresIn = formatExpiry(locale, expiresInSeconds);
  const title = toOneLine(appName === '' ? strings.title : fillString(strings.titleFor, { app: appName }));
  const values: Record<Exclude<TemplateVariable, keyof Holes>, string> = {
    appName,
    duration: formatDuration(locale, expiresInSeconds),
    title,
    enter: strings.enter,
    expires: fillString(strings.expires, { in: expiresIn }),
    keep: strings.keep,
    ignore: strings.ignore,
    linkInMessage: strings.page.linkInMessage,
    signIn: strings.page.signIn,
    locale,
    direction: strings.direction,
    align: strings.direction === 'rtl' ? 'right' : 'left',
  };
  const bound = Object.entries({ ...builtIn, ...own }).map(([kind, template]) => [
    kind,
    template.bind(values),
  ]);
  return { strings, expiresIn, title, templates: Object.fromEntries(bound) };
}

export function checkAppName(appName: unknown = ''): string {
  if (typeof appName !== 'string') throw new TypeError(`appName must be a string, got ${typeof appName}`);
  const name = toOneLine(appName);
  if (name.length > 100) throw new RangeError(`appName has at most 100 characters, got ${name.length}`);
  return name;
}

/** A line end could start another header, or another line that a browser takes for the origin's. */
function toOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

/** Makes speech synthesis say the characters one by one. */
function spell(code: string): string {
  return [...code.replaceAll('-', '')].join(', ');
}
