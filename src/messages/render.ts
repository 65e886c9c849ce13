import type { Content, Render, RenderInput } from '../ports.js';
import { catalogue, isLocale, type Locale, locales } from './catalogue.js';
import { chooseLocale } from './choose-locale.js';
import { describeDuration, describeExpiry } from './duration.js';
import { emailHtml, emailText } from './email.js';
import { readOriginHost, writeOriginLine, writeSms } from './sms.js';
import { fillString, type Strings } from './strings.js';
import { compileTemplate, type Template } from './template.js';
import { readTemplates, type Templates, type TemplateVariable, templateVariables } from './template-files.js';

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

type Values = Record<TemplateVariable, string>;

const ours = {
  text: compileTemplate(emailText, { file: 'email.text.txt', variables: templateVariables, isHtml: false }),
  html: compileTemplate(emailHtml, { file: 'email.html', variables: templateVariables, isHtml: true }),
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

  function writeText(input: RenderInput, strings: Strings, values: Values, template?: Template): string {
    const { channel, code } = input;
    const originLine = channel === 'sms' && host !== undefined ? writeOriginLine(host, code) : undefined;
    if (template) {
      const text = template.fill(values).trim();
      return originLine === undefined ? text : `${text}\n${originLine}`;
    }
    const expiresIn = describeExpiry(values.locale as Locale, input.expiresInSeconds);
    return writeSms({
      strings,
      appName,
      code: values.code,
      expiresIn,
      originLine,
    });
  }

  return (input): Content => {
    const locale = chooseLocale(input.locale, defaultLocale);
    const strings = catalogue[locale];
    const own = templates.get(locale) ?? {};
    const values = createValues(input, { locale, strings, appName });
    const subject =
      own.subject?.fill(values) ?? (isCodeInSubject ? `${input.code} – ${values.title}` : values.title);
    values.subject = toOneLine(subject);
    if (input.channel !== 'email') {
      return { locale, subject: values.subject, text: writeText(input, strings, values, own.sms) };
    }
    return {
      locale,
      subject: values.subject,
      text: (own.text ?? ours.text).fill(values),
      html: (own.html ?? ours.html).fill(values),
    };
  };
}

function createValues(
  { channel, code, expiresInSeconds }: RenderInput,
  { locale, strings, appName }: { locale: Locale; strings: Strings; appName: string },
): Values {
  return {
    code: channel === 'voice' ? spell(code) : code,
    appName,
    duration: describeDuration(locale, expiresInSeconds),
    title: appName === '' ? strings.title : fillString(strings.titleFor, { app: appName }),
    enter: strings.enter,
    expires: fillString(strings.expires, { in: describeExpiry(locale, expiresInSeconds) }),
    keep: strings.keep,
    ignore: strings.ignore,
    subject: '',
    locale,
    direction: strings.direction,
  };
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
