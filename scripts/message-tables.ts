// What docs/messages.md says of every language.
import { catalogue, type Locale, locales } from '../src/messages/catalogue.js';
import { createRenderer, type RendererOptions } from '../src/messages/render.js';
import { measureSms } from '../src/messages/sms.js';

const origin = 'https://example.com';
const variants: RendererOptions[] = [{}, { origin }, { origin, appName: 'Example' }];
const contents = ['code only', 'code and life', 'all of it'];

export function formatLocales(): string {
  const names = new Intl.DisplayNames('en', { type: 'language' });
  const rightToLeft = locales.filter((locale) => catalogue[locale].direction === 'rtl');
  const listed = new Intl.ListFormat('en').format(rightToLeft.map((locale) => names.of(locale) ?? locale));
  return `${locales.map((locale) => `\`${locale}\``).join(', ')}.\n${listed} run from right to left.\n`;
}

/** How long an SMS is in each language, and how much of its text fits. */
export function formatSmsTable(): string {
  const rows = locales.map((locale) => {
    const texts = variants.map((options) => writeText(locale, options));
    const cells = texts.map((text, index) => {
      const lines = text.split('\n').length - (variants[index]?.origin === undefined ? 0 : 1);
      return `${measureSms(text).length}, ${contents[lines - 1]}`;
    });
    return `| ${locale} | ${measureSms(texts[0] ?? '').alphabet} | ${cells.join(' | ')} |\n`;
  });
  return `| locale | alphabet | alone | with \`origin\` | with both and \`appName: 'Example'\` |\n|---|---|---|---|---|\n${rows.join('')}`;
}

function writeText(locale: Locale, options: RendererOptions): string {
  const input = { channel: 'sms', locale, code: '482931', expiresInSeconds: 300 } as const;
  return createRenderer(options)(input).text;
}
