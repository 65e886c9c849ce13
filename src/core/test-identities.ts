import { maxDigits, minDigits, parseCode } from './code.js';
import { type CanonicaliseOptions, canonicalise } from './identity.js';

/** An identity for app reviews and demos: nothing is sent to it, and its code is fixed. */
export interface TestIdentity {
  identity: string;
  /** 4 to 10 digits. */
  code: string;
  /** The last day on which the code works, `YYYY-MM-DD` in UTC. */
  until: string;
}

/** Wrong guesses after which a test identity stops working, until they are forgotten. */
export const guessesToSwitchOff = 20;

/** By canonical identity; `endsAt` in milliseconds since 1970. */
export type TestIdentities = ReadonlyMap<string, { code: string; endsAt: number }>;

/** @throws RangeError that names the entry and says what is wrong with it, without quoting its code */
export function resolveTestIdentities(
  entries: readonly TestIdentity[],
  options: CanonicaliseOptions,
): TestIdentities {
  return new Map(
    entries.map(({ identity, code, until }, index) => {
      const fail = (what: string) => new RangeError(`testIdentities: entry ${index + 1} ${what}`);
      const canonical = canonicalise(identity, options);
      if (!canonical) throw fail('needs an e-mail address, phone number or id');
      if (parseCode(code) !== code) throw fail(`needs a code of ${minDigits} to ${maxDigits} digits`);
      const endsAt = findEnd(until);
      if (Number.isNaN(endsAt)) throw fail('needs its last day, as YYYY-MM-DD');
      return [canonical.value, { code, endsAt }];
    }),
  );
}

/** When the code of a test identity ends: after its last day, in UTC. NaN unless that is `YYYY-MM-DD`. */
export function findEnd(until: string): number {
  return /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(until) ? Date.parse(`${until}T24:00:00Z`) : Number.NaN;
}

/** Parses comma-separated entries such as `review@example.com=482931@2026-12-31`; null when one is malformed. */
export function parseTestIdentities(text: string): TestIdentity[] | null {
  const entries = text
    .split(',')
    .map((entry) => /^\s*(.+)=([0-9]+)@([0-9-]+)\s*$/.exec(entry))
    .map((match) => match && { identity: match[1] ?? '', code: match[2] ?? '', until: match[3] ?? '' });
  return entries.every((entry) => entry !== null) ? entries : null;
}
