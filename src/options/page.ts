import { isFrameSource } from '../core/origin.js';
import { isColor, parseLogoOrigin } from '../sign-in/brand.js';
import { isBrandLink } from '../sign-in/brand-links.js';
import { createReturnTargets, type ReturnTargetOptions } from '../sign-in/return-target.js';
import { flag, from, list, needing, passes, text } from './row.js';

/** A setting can say that the API keys decide; an option is left out then. */
const signInPage = flag();

export const pageOptions = {
  /**
   * Whether the sign-in page is served, to everyone. Default: yes, unless there are no access tokens, or a key in `apiKeyHashes`
   * has the right `otp`, since such keys exist to keep strangers from requesting codes.
   */
  signInPage: from('SIGN_IN_PAGE', {
    ...signInPage,
    allowed: '`auto`, `true`, `false`',
    defaultText: 'auto',
    parse: (text: string) => (text === 'auto' ? undefined : signInPage.parse(text)),
  }),
  /**
   * Where people go who opened the sign-in page directly: a path such as `/`, a URL under `publicUrl`, or one under
   * `cookieDomain`. Default: nowhere, the page says who is signed in.
   */
  signInHome: from('SIGN_IN_HOME', {
    ...text('a path such as `/`, or an address under `PUBLIC_URL` or `GATE_COOKIE_DOMAIN`'),
    check: (home: string, _name: string, { publicUrl, cookieDomain }: ReturnTargetOptions) =>
      createReturnTargets({ publicUrl, cookieDomain, home }),
  }),
  /** The logo above the sign-in page: an https address, or a path on its host. Default: none, `appName` is shown. */
  brandLogoUrl: from(
    'BRAND_LOGO_URL',
    text('an https address, or a path such as `/logo.svg`', passes(parseLogoOrigin)),
  ),
  /** The colour of the buttons and links of the sign-in page, such as `#2f5bd7`. Default: a blue. */
  brandColor: from('BRAND_COLOR', text('a colour such as `#2f5bd7`', isColor)),
  /**
   * Links in the footer of the sign-in page, such as `Help=https://help.example.com` and `Privacy=/privacy`. `Help`,
   * `Privacy` and `Terms` are translated; `Help` is also shown to people whose message has not arrived. Default: none.
   */
  brandLinks: from(
    'BRAND_LINKS',
    list('links such as `Help=https://help.example.com` or `Privacy=/privacy`', isBrandLink),
  ),
  /**
   * Origins whose pages may show the sign-in page in a frame; they must be of the same site, or browsers withhold its
   * cookies. Default: none.
   */
  embedOrigins: from(
    'EMBED_ORIGINS',
    list('origins such as `https://app.example.com` or `https://*.example.com`', isFrameSource),
  ),
  /** Add a link next to the code in e-mails that the sign-in page sends; needs `publicUrl`. Default false. */
  magicLink: from('OTP_MAGIC_LINK', needing('publicUrl', 'links begin with it', flag(false))),
};
