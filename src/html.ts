/** Markup that is safe to send: only `html` and `fillHtml` make it. */
export interface Html {
  readonly markup: string;
}

export type HtmlValue = Html | string | number | false | null | undefined | readonly HtmlValue[];

const made = new WeakSet<object>();

/**
 * Markup with values in it. Values are escaped for text and quoted attributes, unless they are markup themselves;
 * lists are joined; `false`, `null` and `undefined` are left out.
 */
export function html(texts: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return make(texts.reduce((markup, text, index) => markup + write(values[index - 1]) + text));
}

/** Replaces each `{name}` with a value; the text around it is escaped. */
export function fillHtml(text: string, values: Record<string, HtmlValue>): Html {
  const parts = text.split(/\{(\w+)\}/);
  return make(parts.map((part, index) => write(index % 2 === 1 ? values[part] : part)).join(''));
}

/** For text and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function make(markup: string): Html {
  const result = { markup };
  // Parsed JSON can have the shape of markup; it is not accepted as markup.
  made.add(result);
  return result;
}

function write(value: HtmlValue): string {
  if (value === false || value === null || value === undefined) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(write).join('');
  const markup = value as Html;
  if (!made.has(markup)) throw new TypeError('only html`…` makes markup');
  return markup.markup;
}
