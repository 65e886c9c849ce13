import { isFrameSource } from '../core/origin.js';
import { isColor } from '../sign-in/brand.js';
import { isHome, isLogo } from './accepted.js';
import { choice, flag, list, text } from './settings.js';

const page = 'Sign-in page';

/** What the sign-in page looks like, and who may show it. `BRAND_NAME` stands with the messages. */
export const pageSettings = {
  SIGN_IN_PAGE: choice(['auto', 'true', 'false'], 'auto', {
    group: page,
    description:
      'Whether `/sign-in` is served, to everybody; `auto`: where there are no `API_KEYS`, which are to keep strangers from requesting codes',
  }),
  BRAND_LOGO_URL: text({
    group: page,
    allowed: 'an https address, or a path such as `/logo.svg`',
    description: 'The logo above the page; without it `BRAND_NAME` is there',
  }).refine((value) => value === undefined || isLogo(value)),
  BRAND_COLOR: text({
    group: page,
    allowed: 'a colour such as `#2f5bd7`',
    description: 'The colour of buttons and links',
  }).refine((value) => value === undefined || isColor(value)),
  SIGN_IN_HOME: text({
    group: page,
    allowed: 'a path such as `/`, or an address under `PUBLIC_URL` or `GATE_COOKIE_DOMAIN`',
    description: 'Where people go who opened `/sign-in` directly; without it the page says who is signed in',
  }).refine((value) => value === undefined || isHome(value)),
  EMBED_ORIGINS: list('', {
    group: page,
    allowed: 'origins such as `https://app.example.com` or `https://*.example.com`, with commas between them',
    description:
      'Origins whose pages may show the page in a frame; they must be of the same site, or browsers keep its cookies back',
  }).refine((origins) => origins.every(isFrameSource)),
  OTP_MAGIC_LINK: flag({
    group: page,
    description: 'Put a link next to the code into e-mails that the page sends. Needs `PUBLIC_URL`',
  }),
};
