/** Texts of `<stateless-otp-sign-in>`. The service has them in every language at `/sign-in/strings.json`. */
export interface SignInStrings {
  signIn: string;
  emailOrPhone: string;
  hint: string;
  continue: string;
  /** `{digits}` becomes a number. */
  enterCode: string;
  enterText: string;
  /** `{to}` becomes the identity. */
  sentTo: string;
  code: string;
  resend: string;
  /** `{in}` becomes words such as "in 30 seconds". */
  resendIn: string;
  edit: string;
  wrongCode: string;
  /** `{count}` becomes a number. */
  attemptsLeft: string;
  lastAttempt: string;
  /** `{digits}` becomes a number. */
  malformedCode: string;
  /** For codes with letters. */
  malformedText: string;
  keptCode: string;
  expiredCode: string;
  blocked: string;
  rateLimited: string;
  /** While the browser solves a puzzle. */
  checking: string;
  invalidIdentity: string;
  unreachable: string;
  unsupportedCountry: string;
  unsupportedNumber: string;
  deliveryFailed: string;
  unavailable: string;
  sentAgain: string;
  busy: string;
  signedIn: string;
  forgetBrowser: string;
}

export const english: SignInStrings = {
  signIn: 'Sign in',
  emailOrPhone: 'E-mail address or phone number',
  hint: 'We will send you a one-time code.',
  continue: 'Continue',
  enterCode: 'Enter the {digits}-digit code',
  enterText: 'Enter the {digits}-character code',
  sentTo: 'We sent a code to {to}.',
  code: 'One-time code',
  resend: 'Resend code',
  resendIn: 'You can ask for another code {in}.',
  edit: 'Edit',
  wrongCode: "That code isn't right.",
  attemptsLeft: '{count} attempts left.',
  lastAttempt: '1 attempt left.',
  malformedCode: 'The code has {digits} digits.',
  malformedText: 'The code has {digits} characters.',
  keptCode: 'We kept what you typed.',
  expiredCode: 'This code has expired or was already used. Ask for a new one.',
  blocked: 'Too many wrong codes: this one no longer works. Ask for a new one.',
  rateLimited: 'Too many tries. Please try again {in}.',
  checking: 'One moment: we are checking that you are not a robot.',
  invalidIdentity: 'Please check the address or number.',
  unreachable: 'No code can be sent to this address or number.',
  unsupportedCountry: 'We do not send codes to phone numbers of this country.',
  unsupportedNumber: 'We cannot send a code to this kind of number. Please use another one.',
  deliveryFailed: 'The code could not be sent. Please try again.',
  unavailable: 'The service cannot answer right now. Please try again in a moment.',
  sentAgain: 'We sent another message.',
  busy: 'One moment…',
  signedIn: 'You are signed in',
  forgetBrowser: 'Sign out and forget this browser',
};

const byCode: Record<string, keyof SignInStrings> = {
  invalid_identity: 'invalidIdentity',
  invalid_code: 'wrongCode',
  expired_code: 'expiredCode',
  blocked: 'blocked',
  pending: 'resendIn',
  rate_limited: 'rateLimited',
  human_check_required: 'rateLimited',
  unsupported_channel: 'unreachable',
  unsupported_country: 'unsupportedCountry',
  unsupported_number: 'unsupportedNumber',
  delivery_failed: 'deliveryFailed',
};

interface Problem {
  code: string;
  attemptsLeft: number | null;
  retryAfterSeconds: number | null;
}

/** What went wrong, for people. */
export function describeProblem(strings: SignInStrings, problem: Problem, locale: string): string {
  const { code, attemptsLeft, retryAfterSeconds } = problem;
  const wait = describeWait(retryAfterSeconds ?? 1, locale);
  const text = strings[byCode[code] ?? 'unavailable'].replace('{in}', wait);
  if (attemptsLeft === null) return text;
  const left = attemptsLeft === 1 ? strings.lastAttempt : strings.attemptsLeft;
  return joinSentences(text, left.replace('{count}', String(attemptsLeft)));
}

/** A full stop of full width has its space within it. */
export function joinSentences(...sentences: string[]): string {
  return sentences.join(' ').replaceAll('。 ', '。');
}

/** For example "in 30 seconds", rounded up. */
export function describeWait(seconds: number, locale: string): string {
  const words = createRelativeTime(locale);
  if (seconds < 60) return words.format(seconds, 'second');
  return seconds <= 7140
    ? words.format(Math.ceil(seconds / 60), 'minute')
    : words.format(Math.ceil(seconds / 3600), 'hour');
}

/** Pages may have `lang="en_US"` or an invalid language; falls back to the browser's. */
function createRelativeTime(locale: string): Intl.RelativeTimeFormat {
  try {
    return new Intl.RelativeTimeFormat(locale.replaceAll('_', '-'));
  } catch {
    return new Intl.RelativeTimeFormat();
  }
}
