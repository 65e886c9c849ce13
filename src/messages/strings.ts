/** A string that must hold `{name}`. */
type Holding<Name extends string> = `${string}{${Name}}${string}`;

/** What messages say, in one language. `{in}` becomes words such as "in 5 minutes". */
export interface Strings {
  direction: 'ltr' | 'rtl';
  /** Heading and subject. */
  title: string;
  titleFor: Holding<'app'>;
  /** Stands right before the code. */
  enter: string;
  expires: Holding<'in'>;
  /** That the code is nobody else's business. */
  keep: string;
  /** What to do for whoever did not ask. */
  ignore: string;
  /** In the alphabet of GSM-7 where the language allows: any other letter leaves 70 characters instead of 160. */
  smsCode: Holding<'code'>;
  smsCodeFor: Holding<'app'> & Holding<'code'>;
  smsExpires: Holding<'in'>;
  smsKeep: string;
  page: PageStrings;
}

/** What the sign-in page says. `{to}` becomes a masked address, `{identity}` a whole one. */
export interface PageStrings {
  signIn: string;
  signInTo: Holding<'app'>;
  /** Labels of the first field, by what can be reached. */
  email: string;
  phone: string;
  emailOrPhone: string;
  hint: string;
  country: string;
  continue: string;
  enterCode: string;
  sentTo: Holding<'to'>;
  /** Instead of `sentTo` where not everybody gets a code: it must not tell who does. */
  maySentTo: Holding<'to'>;
  code: string;
  resend: string;
  resendNew: string;
  resendIn: Holding<'in'>;
  bySms: string;
  byWhatsapp: string;
  byVoice: string;
  another: string;
  wrongCode: string;
  attemptsLeft: Holding<'count'>;
  malformedCode: string;
  expiredCode: string;
  blocked: string;
  rateLimited: Holding<'in'>;
  invalidIdentity: string;
  chooseCountry: string;
  unreachable: string;
  deliveryFailed: string;
  unavailable: string;
  outdated: string;
  cookiesNeeded: string;
  sentAgain: string;
  signedIn: string;
  signedInAs: Holding<'identity'>;
  signOut: string;
  signedOut: string;
  linkQuestion: Holding<'to'>;
  /** Stands right before the code. */
  linkElsewhere: string;
  linkExpired: string;
  /** Stands right before the link, in an e-mail. */
  linkInMessage: string;
}

/** Puts values in place in one pass: what a value holds is never looked at again. */
export function fillString(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}
