/** Red, green and blue from 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

type Triple = readonly [number, number, number];

/** Reads `#rgb` or `#rrggbb`. */
export function parseColor(text: string): Rgb {
  const digits = text.length === 4 ? text.replace(/[0-9a-f]/gi, '$&$&') : text;
  return [1, 3, 5].map((at) => Number.parseInt(digits.slice(at, at + 2), 16)) as unknown as Rgb;
}

export function formatColor(color: Rgb): string {
  return `#${color.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** WCAG 2.2, "contrast ratio" */
export function contrast(one: Rgb, other: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** WCAG 2.2, "relative luminance" */
function luminance(color: Rgb): number {
  return apply([0.2126, 0.7152, 0.0722], color.map(toLinear) as unknown as Triple);
}

/**
 * The nearest shade of a colour that has this contrast on all of these backgrounds. Only its lightness changes, and its
 * saturation where no screen could show it: mixed with white or black it would be washed out.
 *
 * @param towards whether it becomes lighter or darker
 */
export function shade(color: Rgb, on: readonly Rgb[], minContrast: number, towards: 'light' | 'dark'): Rgb {
  const isReadable = (one: Rgb) => on.every((background) => contrast(one, background) >= minContrast);
  if (isReadable(color)) return color;
  const [lightness, a, b] = toOklab(color);
  const end = towards === 'light' ? 1 : 0;
  for (let share = 0.01; share < 1; share += 0.01) {
    const shaded = fit(lightness + (end - lightness) * share, a, b);
    if (isReadable(shaded)) return shaded;
  }
  return towards === 'light' ? [255, 255, 255] : [0, 0, 0];
}

/** The most saturated colour of this lightness and hue that a screen shows. */
function fit(lightness: number, a: number, b: number): Rgb {
  for (let chroma = 1; chroma > 0; chroma -= 0.02) {
    const linear = fromOklab([lightness, a * chroma, b * chroma]);
    if (linear.every((part) => part >= -0.0005 && part <= 1.0005)) return toRgb(linear);
  }
  return toRgb(fromOklab([lightness, 0, 0]));
}

// Oklab, by Björn Ottosson: https://bottosson.github.io/posts/oklab/

function toOklab(color: Rgb): Triple {
  const linear = color.map(toLinear) as unknown as Triple;
  const [l, m, s] = [
    Math.cbrt(apply([0.4122214708, 0.5363325363, 0.0514459929], linear)),
    Math.cbrt(apply([0.2119034982, 0.6806995451, 0.1073969566], linear)),
    Math.cbrt(apply([0.0883024619, 0.2817188376, 0.6299787005], linear)),
  ];
  return [
    apply([0.2104542553, 0.793617785, -0.0040720468], [l, m, s]),
    apply([1.9779984951, -2.428592205, 0.4505937099], [l, m, s]),
    apply([0.0259040371, 0.7827717662, -0.808675766], [l, m, s]),
  ];
}

function fromOklab(lab: Triple): Triple {
  const cones: Triple = [
    apply([1, 0.3963377774, 0.2158037573], lab) ** 3,
    apply([1, -0.1055613458, -0.0638541728], lab) ** 3,
    apply([1, -0.0894841775, -1.291485548], lab) ** 3,
  ];
  return [
    apply([4.0767416621, -3.3077115913, 0.2309699292], cones),
    apply([-1.2684380046, 2.6097574011, -0.3413193965], cones),
    apply([-0.0041960863, -0.7034186147, 1.707614701], cones),
  ];
}

function apply([x, y, z]: Triple, [a, b, c]: Triple): number {
  return x * a + y * b + z * c;
}

function toLinear(part: number): number {
  const share = part / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

function toRgb(linear: Triple): Rgb {
  return linear.map((part) => {
    const share = Math.min(1, Math.max(0, part));
    const encoded = share <= 0.0031308 ? share * 12.92 : 1.055 * share ** (1 / 2.4) - 0.055;
    return Math.round(encoded * 255);
  }) as unknown as Rgb;
}
