import type { Locale } from '../messages/catalogue.js';
import type { Strings } from '../messages/strings.js';
import type { Brand } from './brand.js';

/** What every page is made with. */
export interface PageContext {
  locale: Locale;
  strings: Strings;
  brand: Brand;
  /** Milliseconds since 1970. */
  now: number;
  /** One of our paths as the page must refer to it; see `locate`. */
  at(path: string): string;
  /** The path and query of the page itself. */
  here: string;
}
