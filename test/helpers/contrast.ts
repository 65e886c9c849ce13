import type { Page } from 'playwright-core';

export interface Contrasts {
  /** How many texts and borders were measured. */
  count: number;
  /** Those under the ratios of WCAG 2.2, 1.4.3 and 1.4.11, disabled ones too. */
  faint: string[];
}

/**
 * Measures the contrast of every text that is shown and of the border of every field, in shadow trees as well. axe leaves
 * out joined scripts such as Arabic, which it takes for fonts of icons, and pages whose background is the browser's.
 */
export function measureContrasts(page: Page): Promise<Contrasts> {
  return page.evaluate<Contrasts>(script);
}

// Text, since functions that are compiled here call helpers that the page does not have.
const script = `(() => {
  const pen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 })
    .getContext('2d', { willReadFrequently: true });
  const parse = (color) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = color;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
    return { rgb: [red, green, blue], alpha: alpha / 255 };
  };
  const lay = ({ rgb, alpha }, under) => rgb.map((part, at) => part * alpha + under[at] * (1 - alpha));
  const luminance = (rgb) => rgb
    .map((part) => part / 255)
    .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const parentOf = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host ?? null;
  const canvas = (() => {
    const sample = document.body.appendChild(document.createElement('i'));
    sample.style.background = 'Canvas';
    const { rgb } = parse(getComputedStyle(sample).backgroundColor);
    sample.remove();
    return rgb;
  })();
  const groundOf = (element) => {
    if (!element) return canvas;
    const color = parse(getComputedStyle(element).backgroundColor);
    return color.alpha === 1 ? color.rgb : lay(color, groundOf(parentOf(element)));
  };
  const opacityOf = (element) =>
    element ? Number(getComputedStyle(element).opacity) * opacityOf(parentOf(element)) : 1;
  const isUnseen = (element) =>
    element !== null && (getComputedStyle(element).clipPath !== 'none' || isUnseen(parentOf(element)));

  const faint = [];
  let count = 0;
  const measure = (what, element, color, ground, least) => {
    count += 1;
    const { rgb, alpha } = parse(color);
    const ratio = contrast(lay({ rgb, alpha: alpha * opacityOf(element) }, ground), ground);
    if (ratio < least) faint.push(what.trim().slice(0, 40) + ': ' + ratio.toFixed(2));
  };
  const measureText = (text, element) => {
    const { color, fontSize, fontWeight } = getComputedStyle(element);
    const size = parseFloat(fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700);
    measure(text, element, color, groundOf(element), isLarge ? 3 : 4.5);
  };
  const measureBorder = (element) => {
    const { borderTopColor, borderTopWidth } = getComputedStyle(element);
    if (borderTopWidth === '0px' || parse(borderTopColor).alpha === 0) return;
    measure('the border of ' + element.outerHTML, element, borderTopColor, groundOf(parentOf(element)), 3);
  };
  const isShown = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !isUnseen(element);
  const walk = (root) => {
    for (const node of root.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) {
        const element = root.nodeType === Node.ELEMENT_NODE ? root : root.host;
        const range = document.createRange();
        range.selectNodeContents(node);
        if (node.data.trim() !== '' && range.getClientRects().length > 0 && isShown(element)) {
          measureText(node.data, element);
        }
        continue;
      }
      if (node.nodeType !== Node.ELEMENT_NODE || /^(?:SCRIPT|STYLE|OPTION)$/.test(node.tagName)) continue;
      if (isShown(node) && node.matches('input, select, .slot, [part=slot]')) {
        measureBorder(node);
        if (node.value) measureText(node.value, node);
      }
      if (node.shadowRoot) walk(node.shadowRoot);
      walk(node);
    }
  };
  walk(document.body);
  return { count, faint };
})()`;
