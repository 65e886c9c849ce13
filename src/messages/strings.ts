/** A string that contains `{name}`. */
type Holding<Name extends string> = `${string}{${Name}}${string}`;

/** The texts of messages in one language. `{in}` is replaced by, for example, "in 5 minutes", as `Intl` writes it. */
export interface Strings {
  direction: 'ltr' | 'rtl';
  /** Heading and subject. */
  title: string;
  titleFor: Holding<'app'>;
  /** Appears right before the code. */
  enter: string;
  expires: Holding<'in'>;
  /** Asks to keep the code secret. */
  keep: string;
  /** For people who did not request the code. */
  ignore: string;
  /** In GSM-7 where the language allows: any other character reduces a segment from 160 to 70 characters. */
  smsCode: Holding<'code'>;
  smsCodeFor: Holding<'app'> & Holding<'code'>;
  smsExpires: Holding<'in'>;
  smsKeep: string;
  page: PageStrings;
}

/** The texts of the sign-in page. `{to}` and `{identity}` are replaced by an identity. */
export interface PageStrings {
  signIn: string;
  signInTo: Holding<'app'>;
  /** Labels of the first field. */
  email: string;
  phone: string;
  emailOrPhone: string;
  hint: string;
  country: string;
  continue: string;
  enterCode: Holding<'digits'>;
  enterText: Holding<'digits'>;
  sentTo: Holding<'to'>;
  /** Instead of `sentTo` where not everyone gets a code: it must not reveal who does. */
  maySentTo: Holding<'to'>;
  code: string;
  resend: string;
  resendNew: string;
  resendIn: Holding<'in'>;
  bySms: string;
  byWhatsapp: string;
  byVoice: string;
  /** Leads back to the first step, to correct what was typed. */
  edit: string;
  wrongCode: string;
  /** For two attempts and more. */
  attemptsLeft: Holding<'count'>;
  lastAttempt: string;
  malformedCode: Holding<'digits'>;
  /** For codes with letters. */
  malformedText: Holding<'digits'>;
  keptCode: string;
  expiredCode: string;
  blocked: string;
  rateLimited: Holding<'in'>;
  /** While the browser solves a puzzle, instead of `rateLimited`. */
  checking: string;
  invalidIdentity: string;
  chooseCountry: string;
  unreachable: string;
  unsupportedCountry: string;
  unsupportedNumber: string;
  deliveryFailed: string;
  unavailable: string;
  outdated: string;
  cookiesNeeded: string;
  sentAgain: string;
  /** While an answer is awaited. */
  busy: string;
  noMessage: string;
  inSpam: string;
  fromSender: Holding<'sender'>;
  help: string;
  privacy: string;
  terms: string;
  language: string;
  signedIn: string;
  signedInAs: Holding<'identity'>;
  signOut: string;
  signOutEverywhere: string;
  /** Also ends what the browser is known by. */
  forgetBrowser: string;
  signedOut: string;
  linkQuestion: Holding<'to'>;
  /** Appears right before the code. */
  linkElsewhere: string;
  linkExpired: string;
  /** Part of the link is missing or was changed. */
  linkBroken: string;
  /** Stands right before the link, in an e-mail. */
  linkInMessage: string;
}

/** Puts one sentence after another. A full stop of full width has its space within it. */
export function joinSentences(...sentences: string[]): string {
  return sentences.join(' ').replaceAll('。 ', '。');
}

/** Replaces placeholders in one pass, so that a value is never interpreted. */
export function fillString(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}
