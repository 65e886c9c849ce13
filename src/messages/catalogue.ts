import { ar } from './locales/ar.js';
import { de } from './locales/de.js';
import { en } from './locales/en.js';
import { es } from './locales/es.js';
import { fr } from './locales/fr.js';
import { he } from './locales/he.js';
import { hi } from './locales/hi.js';
import { id } from './locales/id.js';
import { it } from './locales/it.js';
import { ja } from './locales/ja.js';
import { ko } from './locales/ko.js';
import { nl } from './locales/nl.js';
import { pl } from './locales/pl.js';
import { ptBr } from './locales/pt-br.js';
import { ru } from './locales/ru.js';
import { tr } from './locales/tr.js';
import { uk } from './locales/uk.js';
import { vi } from './locales/vi.js';
import { zhCn } from './locales/zh-cn.js';
import { zhTw } from './locales/zh-tw.js';
import type { Strings } from './strings.js';

/** The texts of messages by BCP 47 tag. */
export const catalogue = {
  en,
  de,
  fr,
  es,
  'pt-BR': ptBr,
  it,
  nl,
  pl,
  tr,
  ru,
  uk,
  ar,
  he,
  hi,
  ja,
  ko,
  'zh-CN': zhCn,
  'zh-TW': zhTw,
  vi,
  id,
} satisfies Record<string, Strings>;

export type Locale = keyof typeof catalogue;
export const locales = Object.keys(catalogue) as [Locale, ...Locale[]];
/** Entries of a cache by language that never drops one. */
export const cachedLocales = 2 * locales.length;

export function isLocale(tag: unknown): tag is Locale {
  return locales.includes(tag as Locale);
}
