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
}

/** Puts values in place in one pass: what a value holds is never looked at again. */
export function fillString(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}
