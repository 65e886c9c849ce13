/** Where the pages lie: all under `/sign-in`, but for `/sign-out`, so that a proxy needs two rules. */
export const paths = {
  signIn: '/sign-in',
  code: '/sign-in/code',
  resend: '/sign-in/resend',
  link: '/sign-in/link',
  countries: '/sign-in/countries.json',
  assets: '/sign-in/assets/',
  elements: '/sign-in/elements.js',
  strings: '/sign-in/strings.json',
  signOut: '/sign-out',
} as const;

/** The first page, for somebody who wants to get to `returnTo`. */
export function signInPath(returnTo: string | null): string {
  return returnTo === null ? paths.signIn : `${paths.signIn}?rd=${encodeURIComponent(returnTo)}`;
}
