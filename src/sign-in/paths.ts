/** All under `/sign-in` except `/sign-out`, so that a proxy needs only two rules. */
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

/** The first page, leading to `returnTo` in the end. */
export function signInPath(returnTo: string | null | undefined): string {
  return returnTo ? `${paths.signIn}?rd=${encodeURIComponent(returnTo)}` : paths.signIn;
}
