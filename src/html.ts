/** Markup that is safe to send: only `html` makes it. */
export interface Html {
  readonly markup: string;
}

export type HtmlValue = Html | string | number | false | null | undefined | readonly HtmlValue[];

const made = new WeakSet<object>();

/**
 * Markup with values in it. Every value is escaped for text and quoted attributes, unless it is markup itself;
 * lists are joined; `false`, `null` and `undefined` leave nothing.
 */
export function html(texts: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return make(texts.reduce((markup, text, index) => markup + write(values[index - 1]) + text));
}

/** Puts markup in place of `{name}`; the text round it is escaped. */
export function fillHtml(text: string, values: Record<string, HtmlValue>): Html {
  const parts = text.split(/\{(\w+)\}/);
  return make(parts.map((part, index) => write(index % 2 === 1 ? values[part] : part)).join(''));
}

function make(markup: string): Html {
  const result = { markup };
  // What only looks like markup, because it was read from somewhere, is not taken for it.
  made.add(result);
  return result;
}

function write(value: HtmlValue): string {
  if (value === false || value === null || value === undefined) return '';
  if (typeof value === 'string') {
    return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  }
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(write).join('');
  const markup = value as Html;
  if (!made.has(markup)) throw new TypeError('only html`…` makes markup');
  return markup.markup;
}
