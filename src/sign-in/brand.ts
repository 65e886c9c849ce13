/** Makes the page look like a part of the application. */
export interface Brand {
  name?: string | undefined;
  /** An https URL, or a path on the page's own host. */
  logoUrl?: string | undefined;
  /** `#rrggbb` or `#rgb`. */
  color?: string | undefined;
}

/**
 * The origin that a logo is loaded from; `null` for a path on the page's own host.
 *
 * @throws RangeError for anything but an https URL or a path
 */
export function readLogoOrigin(logoUrl: string): string | null {
  if (/^\/(?!\/)[\x21-\x7E]*$/.test(logoUrl)) return null;
  const url = URL.canParse(logoUrl) ? new URL(logoUrl) : null;
  if (url?.protocol !== 'https:' || url.username !== '') {
    throw new RangeError(`brandLogoUrl must be an https address or a path such as /logo.svg, got ${logoUrl}`);
  }
  return url.origin;
}

type Rgb = [red: number, green: number, blue: number];

const black: Rgb = [0, 0, 0];
const white: Rgb = [255, 255, 255];
/** The backgrounds in `style.css`. */
const lightCard: Rgb = white;
const darkCard: Rgb = [27, 29, 33];
const minContrast = 4.5; // WCAG 2.2, 1.4.3

/** Whether `text` is a colour that `Brand` accepts. */
export function isColor(text: string): boolean {
  return /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i.test(text);
}

/**
 * The style sheet for a brand colour: buttons have it, with black or white text for the better contrast, and links have
 * its nearest shade that is readable on the card. Empty without a colour.
 *
 * @param color as `isColor` accepts it
 */
export function writeBrandStyle(color: string | undefined): string {
  if (color === undefined) return '';
  const brand = parseColor(color);
  const onBrand = contrast(brand, white) >= contrast(brand, black) ? white : black;
  const accent = `--accent:${formatColor(brand)};--on-accent:${formatColor(onBrand)}`;
  const link = (card: Rgb, towards: Rgb) => `--link:${formatColor(shade(brand, card, towards))}`;
  return `:root{${accent};${link(lightCard, black)}}@media(prefers-color-scheme:dark){:root{${link(darkCard, white)}}}`;
}

function parseColor(text: string): Rgb {
  const digits = text.length === 4 ? text.replace(/[0-9a-f]/gi, '$&$&') : text;
  return [1, 3, 5].map((at) => Number.parseInt(digits.slice(at, at + 2), 16)) as Rgb;
}

function formatColor(color: Rgb): string {
  return `#${color.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

function shade(color: Rgb, on: Rgb, towards: Rgb): Rgb {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = color.map((part, i) => Math.round(part + ((towards[i] ?? 0) - part) * share)) as Rgb;
    if (contrast(mixed, on) >= minContrast) return mixed;
  }
  return towards;
}

/** WCAG 2.2, "contrast ratio" */
function contrast(one: Rgb, other: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** WCAG 2.2, "relative luminance" */
function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
