import type { Content, Render, RenderInput } from '../ports.js';
import { catalogue, isLocale, type Locale, locales } from './catalogue.js';
import { chooseLocale } from './choose-locale.js';
import { describeDuration, describeExpiry } from './duration.js';
import { emailHtml, emailLinkHtml, emailLinkText, emailText } from './email.js';
import { readOriginHost, writeOriginLine, writeShortText, writeSms } from './sms.js';
import { fillString, type Strings } from './strings.js';
import { compileTemplate, type Template } from './template.js';
import {
  linkVariables,
  readTemplates,
  type Templates,
  type TemplateVariable,
  templateVariables,
} from './template-files.js';

export interface RendererOptions {
  /** The name that people know the application by, at most 100 characters. Default: none is mentioned. */
  appName?: string | undefined;
  /** What is spoken to people who ask for no language of ours. Default `en`. */
  defaultLocale?: Locale | undefined;
  /** Whether the subject of an e-mail, and so a locked screen, shows the code. Default true. */
  isCodeInSubject?: boolean | undefined;
  /**
   * Where codes are typed in, such as `https://example.com`: SMS then end with the line by which a browser offers the
   * code there and nowhere else. Default: no such line.
   */
  origin?: string | undefined;
  /** A folder of templates, read once. Default: none, ours are used. */
  templatesDir?: string | undefined;
}

const withLink = [...templateVariables, ...linkVariables];
const ours = {
  text: compileTemplate(emailText, { file: 'email.text.txt', variables: templateVariables, isHtml: false }),
  html: compileTemplate(emailHtml, { file: 'email.html', variables: templateVariables, isHtml: true }),
  linkText: compileTemplate(emailLinkText, {
    file: 'email-link.text.txt',
    variables: withLink,
    isHtml: false,
  }),
  linkHtml: compileTemplate(emailLinkHtml, { file: 'email-link.html', variables: withLink, isHtml: true }),
};

/**
 * Writes messages in the language that was asked for, or the nearest of ours.
 *
 * @throws TypeError or RangeError that names the option, or the template and its line, and what is allowed
 */
export function createRenderer(options: RendererOptions = {}): Render {
  const { defaultLocale = 'en', isCodeInSubject = true, origin, templatesDir } = options;
  if (!isLocale(defaultLocale)) {
    throw new RangeError(`defaultLocale must be one of ${locales.join(', ')}, got ${defaultLocale}`);
  }
  const appName = readAppName(options.appName);
  const host = origin === undefined ? undefined : readOriginHost(origin);
  const findTemplates =
    templatesDir === undefined
      ? (): Templates => ({})
      : readTemplates(templatesDir, { hasAppName: appName !== '', isCodeInSubject });
  const templates = new Map(locales.map((locale) => [locale, findTemplates(locale)]));

  function writeText({ channel, code }: RenderInput, draft: Draft, own: Template | undefined): string {
    const originLine = channel === 'sms' && host !== undefined ? writeOriginLine(host, code) : undefined;
    if (own) {
      const text = own.fill(draft.values).trim();
      return originLine === undefined ? text : `${text}\n${originLine}`;
    }
    const { strings, expiresIn, values } = draft;
    const input = { strings, expiresIn, appName, code: values.code };
    return channel === 'sms' ? writeSms(input, originLine) : writeShortText(input);
  }

  return (input): Content => {
    const locale = chooseLocale(input.locale, defaultLocale);
    const own = templates.get(locale) ?? {};
    const draft = createDraft(input, locale, appName);
    const { values } = draft;
    const subject = isCodeInSubject ? `${input.code} – ${values.title}` : values.title;
    values.subject = toOneLine(own.subject?.fill(values) ?? subject);
    if (input.channel !== 'email') {
      return { locale, subject: values.subject, text: writeText(input, draft, own.sms) };
    }
    const [text, html] =
      input.link === undefined
        ? [own.text ?? ours.text, own.html ?? ours.html]
        : [own.linkText ?? ours.linkText, own.linkHtml ?? ours.linkHtml];
    return { locale, subject: values.subject, text: text.fill(values), html: html.fill(values) };
  };
}

interface Draft {
  strings: Strings;
  expiresIn: string;
  values: Record<TemplateVariable, string>;
}

function createDraft(
  { channel, code, expiresInSeconds, link = '' }: RenderInput,
  locale: Locale,
  appName: string,
): Draft {
  const strings = catalogue[locale];
  const expiresIn = describeExpiry(locale, expiresInSeconds);
  const values = {
    code: channel === 'voice' ? spell(code) : code,
    appName,
    duration: describeDuration(locale, expiresInSeconds),
    title: appName === '' ? strings.title : fillString(strings.titleFor, { app: appName }),
    enter: strings.enter,
    expires: fillString(strings.expires, { in: expiresIn }),
    keep: strings.keep,
    ignore: strings.ignore,
    subject: '',
    link,
    linkInMessage: strings.page.linkInMessage,
    signIn: strings.page.signIn,
    locale,
    direction: strings.direction,
    align: strings.direction === 'rtl' ? 'right' : 'left',
  };
  return { strings, expiresIn, values };
}

/** @throws TypeError or RangeError */
function readAppName(appName: unknown = ''): string {
  if (typeof appName !== 'string') throw new TypeError(`appName must be a string, got ${typeof appName}`);
  const name = toOneLine(appName);
  if (name.length > 100) throw new RangeError(`appName has at most 100 characters, got ${name.length}`);
  return name;
}

/** Line ends would begin another header, or another line that a browser reads as the origin's. */
function toOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

/** Said digit by digit; a number of six digits would be said as a number. */
function spell(code: string): string {
  return [...code].join(', ');
}
