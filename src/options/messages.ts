import { checkOriginHost } from '../core/origin.js';
import { locales } from '../messages/catalogue.js';
import { checkAppName } from '../messages/render.js';
import { choice, flag, from, passes, text } from './row.js';

export const messageOptions = {
  /** The name that people know the application by, at most 100 characters. Default: messages mention none. */
  appName: from('BRAND_NAME', text('up to 100 characters', passes(checkAppName))),
  /**
   * Language for people who ask for no supported one, by `locale` in the request or by `Accept-Language`. Default `en`.
   */
  defaultLocale: from('OTP_LOCALE', choice(locales, 'en')),
  /** Whether the subject of an e-mail contains the code, so that a locked screen shows it. Default true. */
  codeInSubject: from('OTP_CODE_IN_SUBJECT', flag(true)),
  /**
   * Where codes are typed in, such as `https://example.com`: SMS end with a line that makes browsers offer the code
   * only there. Default: none, SMS have no such line.
   */
  origin: from(
    'OTP_ORIGIN',
    text('an https origin such as `https://example.com`, or `http://localhost`', passes(checkOriginHost)),
  ),
  /** A folder of templates that override the messages, read once; see [messages.md](messages.md). Default: none. */
  templatesDir: from('OTP_TEMPLATES_DIR', text('a folder')),
};
