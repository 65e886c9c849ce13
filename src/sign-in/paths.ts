/** All under `/sign-in` except `/sign-out`, so that a proxy needs only two rules. */
export const paths = {
  signIn: '/sign-in',
  code: '/sign-in/code',
  resend: '/sign-in/resend',
  link: '/sign-in/link',
  locale: '/sign-in/locale',
  countries: '/sign-in/countries.json',
  assets: '/sign-in/assets/',
  elements: '/sign-in/elements.js',
  strings: '/sign-in/strings.json',
  signOut: '/sign-out',
} as const;

/**
 * The first page, leading to `returnTo` in the end.
 *
 * @param edited the sign-in whose address or number is to be corrected
 */
export function signInPath(returnTo: string | null | undefined, edited?: string): string {
  const query = [
    ...(returnTo ? [`rd=${encodeURIComponent(returnTo)}`] : []),
    ...(edited === undefined ? [] : [`flow=${edited}`]),
  ];
  return query.length > 0 ? `${paths.signIn}?${query.join('&')}` : paths.signIn;
}

/** Whether this path, with or without a query, is one of the sign-in page itself. */
export function isOwnPath(path: string): boolean {
  return /^\/sign-(?:in|out)(?:[/?#]|$)/.test(path);
}

/**
 * One of our paths as the page at `from` must refer to it: the service may be under a prefix that it never sees. Other paths
 * and URLs are returned unchanged.
 */
export function locate(from: string, path: string): string {
  if (!isOwnPath(path)) return path;
  const depth = from.split('/').length - 2;
  return `${'../'.repeat(depth)}${path.slice(1)}`;
}
