import { isWebHost } from '../core/web-host.js';
import { contrast, formatColor, parseColor, type Rgb, shade } from './colors.js';

/** Makes the page look like a part of the application. */
export interface Brand {
  name?: string | undefined;
  /** An https URL, or a path on the page's own host. */
  logoUrl?: string | undefined;
  /** `#rrggbb` or `#rgb`. */
  color?: string | undefined;
  /** Each a label and its target, as `isBrandLink` accepts them. */
  links?: readonly string[] | undefined;
}

/**
 * The origin that a logo is loaded from; `null` for a path on the page's own host.
 *
 * @throws RangeError for anything but an https URL or a path
 */
export function parseLogoOrigin(logoUrl: string): string | null {
  if (/^\/(?!\/)[\x21-\x7E]*$/.test(logoUrl)) return null;
  const url = URL.canParse(logoUrl) ? new URL(logoUrl) : null;
  if (url?.protocol !== 'https:' || url.username !== '' || !isWebHost(url.hostname)) {
    throw new RangeError(`brandLogoUrl must be an https address or a path such as /logo.svg, got ${logoUrl}`);
  }
  return url.origin;
}

const black: Rgb = [0, 0, 0];
const white: Rgb = [255, 255, 255];
/** For a brand without a colour. */
export const defaultColor = '#2357d9';
/** The backgrounds in `style.css`: of the card and of the page. */
const lightGrounds: Rgb[] = [white, [244, 245, 247]];
const darkGrounds: Rgb[] = [
  [27, 29, 33],
  [16, 18, 21],
];
const textContrast = 4.5; // WCAG 2.2, 1.4.3
const lineContrast = 3; // WCAG 2.2, 1.4.11

/** Whether `text` is a colour that `Brand` accepts. */
export function isColor(text: string): boolean {
  return /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i.test(text);
}

/** Black or white, whichever is easier to read on this colour. */
export function chooseOnBrand(color: string): string {
  const brand = parseColor(color);
  return formatColor(contrast(brand, white) >= contrast(brand, black) ? white : black);
}

/**
 * The style sheet for a brand colour. Buttons have exactly this colour, on light and on dark, with black or white text,
 * whichever contrasts better, and an edge where they would not stand out. Links have its nearest readable shade.
 *
 * @param color as `isColor` accepts it
 */
export function writeBrandStyle(color: string = defaultColor): string {
  const brand = parseColor(color);
  const accent = `--accent:${formatColor(brand)};--on-accent:${chooseOnBrand(color)}`;
  const shades = (grounds: Rgb[], towards: 'light' | 'dark') =>
    `--link:${formatColor(shade(brand, grounds, textContrast, towards))};--edge:${formatColor(shade(brand, grounds, lineContrast, towards))}`;
  return `:root{${accent};${shades(lightGrounds, 'dark')}}@media(prefers-color-scheme:dark){:root{${shades(darkGrounds, 'light')}}}`;
}
