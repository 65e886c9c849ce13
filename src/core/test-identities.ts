import { parseCode } from './code.js';
import { type CanonicaliseOptions, canonicalise } from './identity.js';

/** An identity for app reviews and demos: nothing is sent to it, and its code is known. */
export interface TestIdentity {
  identity: string;
  /** 4 to 10 digits. */
  code: string;
  /** The last day on which the code works, `YYYY-MM-DD` in UTC. */
  until: string;
}

/** By canonical identity: the code, and the time in milliseconds since 1970 when it ends. */
export type TestIdentities = ReadonlyMap<string, { code: string; endsAt: number }>;

/** @throws RangeError that says what is wrong with which entry, without its code */
export function resolveTestIdentities(
  entries: readonly TestIdentity[],
  options: CanonicaliseOptions,
): TestIdentities {
  return new Map(
    entries.map(({ identity, code, until }, index) => {
      const fail = (what: string) => new RangeError(`testIdentities: entry ${index + 1} ${what}`);
      const canonical = canonicalise(identity, options);
      if (!canonical) throw fail('names no e-mail address, phone number or id');
      if (parseCode(code) !== code) throw fail('needs a code of 4 to 10 digits');
      const day = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(until) ? Date.parse(`${until}T24:00:00Z`) : Number.NaN;
      if (Number.isNaN(day)) throw fail('needs its last day, as YYYY-MM-DD');
      return [canonical.value, { code, endsAt: day }];
    }),
  );
}

/** Reads `review@example.com=482931@2026-12-31`, entries with commas between them, or null when one is not of this form. */
export function parseTestIdentities(text: string): TestIdentity[] | null {
  const entries = text
    .split(',')
    .map((entry) => /^\s*(.+)=([0-9]+)@([0-9-]+)\s*$/.exec(entry))
    .map((match) => match && { identity: match[1] ?? '', code: match[2] ?? '', until: match[3] ?? '' });
  return entries.every((entry) => entry !== null) ? entries : null;
}
