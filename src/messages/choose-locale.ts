import { isLocale, type Locale, locales } from './catalogue.js';

/** More than any browser sends; the rest is ignored. */
const maxLength = 512;
/**
 * A language range (RFC 4647 §2.1) with its weight (RFC 9110 §12.4.2). Android writes `pt_BR`, POSIX `pt_BR.UTF-8` and
 * `de_DE@euro`, Java `zh_TW_#Hant`.
 */
const range =
  /^([a-z]{1,8}(?:(?:-|__?#?)[a-z0-9]{1,8}){0,7}|\*)(?:[.@][\w.@-]*)?(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;

/** Lower-case tags and the locale that serves them. */
const aliases: Record<string, Locale> = {
  ...(Object.fromEntries(locales.map((locale) => [locale.toLowerCase(), locale])) as Record<string, Locale>),
  pt: 'pt-BR',
  zh: 'zh-CN',
  cmn: 'zh-CN',
  'zh-hant': 'zh-TW',
  'zh-hk': 'zh-TW',
  'zh-mo': 'zh-TW',
  'cmn-hant': 'zh-TW',
  yue: 'zh-TW',
  // The old name in .NET.
  'zh-cht': 'zh-TW',
  // Obsolete codes that Java and old Android still send.
  iw: 'he',
  in: 'id',
};

/**
 * The best matching locale, by the lookup of RFC 4647 §3.4 over a tag or an Accept-Language list (RFC 9110 §12.5.4). The
 * input may be anything; without a match the result is `byDefault`.
 */
export function chooseLocale(requested: string | null | undefined, byDefault: Locale): Locale {
  if (typeof requested !== 'string' || requested === '') return byDefault;
  if (isLocale(requested)) return requested;
  for (const tag of parseRanges(requested)) {
    if (tag === '*') return byDefault;
    const found = lookUp(tag);
    if (found) return found;
  }
  return byDefault;
}

/** Lower-case language ranges in order of preference; the sort is stable. */
function parseRanges(requested: string): string[] {
  return cut(requested)
    .split(',')
    .flatMap((part) => {
      const [, tag, weight = '1'] = range.exec(part.trim()) ?? [];
      // RFC 9110 §12.4.2: a weight of 0 is "not acceptable".
      if (tag === undefined || Number(weight) === 0) return [];
      return { tag: tag.toLowerCase().replace(/_+#?/g, '-'), weight: Number(weight) };
    })
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag);
}

/** Cuts between ranges: half a tag could be another language. */
function cut(requested: string): string {
  if (requested.length <= maxLength) return requested;
  return requested.slice(0, Math.max(0, requested.lastIndexOf(',', maxLength)));
}

function lookUp(tag: string): Locale | undefined {
  for (let prefix = tag; prefix !== ''; prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf('-')))) {
    if (Object.hasOwn(aliases, prefix)) return aliases[prefix];
  }
  return undefined;
}
