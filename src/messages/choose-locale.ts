import { isLocale, type Locale, locales } from './catalogue.js';

/** More than any browser sends; the rest is not read. */
const maxLength = 512;
/**
 * One range of RFC 4647 §2.1 with its weight of RFC 9110 §12.4.2. Android writes `pt_BR`, POSIX `pt_BR.UTF-8` and
 * `de_DE@euro`, Java `zh_TW_#Hant`.
 */
const range =
  /^([a-z]{1,8}(?:(?:-|__?#?)[a-z0-9]{1,8}){0,7}|\*)(?:[.@][\w.@-]*)?(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;

/** Lower-case tags that lead to a locale of ours without being its tag or a longer form of it. */
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
  // What .NET called it, next to zh-CHS.
  'zh-cht': 'zh-TW',
  // The codes that Java and old Android still send.
  iw: 'he',
  in: 'id',
};

/**
 * The locale of ours that fits best: the lookup of RFC 4647 §3.4 over a tag or an Accept-Language list
 * (RFC 9110 §12.5.4). Anything may be asked for; what fits nothing gives `byDefault`.
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

/** Lower-case language ranges, the most wanted first; ranges of equal weight stay in order. */
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

/** Whole ranges only: half a tag could be another language's. */
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
