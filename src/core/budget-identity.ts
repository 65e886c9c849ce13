import type { Identity } from './identity.js';

/** Domains of one provider, at which dots in the local part mean nothing. */
const gmailDomains = ['gmail.com', 'googlemail.com'];
const gmail = '@gmail.com';

/** Mobile numbers have a 9 after the country code from abroad; many write them without. */
const argentinian = /^\+549([0-9]{10})$/;
/** Since 2019 each range has another digit in front, or 1 for fixed lines; the earlier numbers are still in use. */
const gabonese = /^\+241(?:0|1(?=1)|6(?=[256])|7(?=[47]))?([1-7][0-9]{6})$/;
/** Fixed lines of San Marino can also be called as numbers of Italy. */
const sammarinese = /^\+39(0549[0-9]{6})$/;

/**
 * The identity whose budgets this one uses: addresses and numbers that certainly reach the same person have one. It is never
 * a recipient, and nobody signs in as it.
 *
 * - `alice+shop@example.com` → `alice@example.com`
 * - `a.lice+shop@googlemail.com` → `alice@gmail.com`
 * - a phone number of Argentina, Gabon or San Marino with two spellings in E.164 → one of them
 */
export function toBudgetIdentity({ kind, value }: Identity): string {
  if (kind !== 'email') return kind === 'phone' ? unifyNumber(value) : value;
  const at = value.indexOf('@');
  const plus = value.indexOf('+');
  // A tag needs a name in front of it: `+a@` and `+b@` may be two people.
  const end = plus > 0 && plus < at ? plus : at;
  if (gmailDomains.includes(value.slice(at + 1))) return value.slice(0, end).replaceAll('.', '') + gmail;
  return end === at ? value : value.slice(0, end) + value.slice(at);
}

function unifyNumber(number: string): string {
  return number.replace(argentinian, '+54$1').replace(gabonese, '+241$1').replace(sammarinese, '+378$1');
}
