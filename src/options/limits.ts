import { dayBudgetModes, paidDayRange, phoneGuards, policyNumbers, shortOpenRange } from '../core/policy.js';
import { createTrustCheck } from '../core/trusted-proxies.js';
import { choice, from, list, wholeNumber } from './row.js';

export const limitOptions = {
  /** Sends per rolling 10 minutes and identity, 1 to 1 000 000. Default 5. */
  requestIdentityMax: from('RATE_REQUEST_OTP_MAX', wholeNumber(policyNumbers.requestIdentityMax)),
  /** Attempts on unbound codes per rolling 10 minutes and identity, 1 to 1 000 000. Default 10. */
  verifyIdentityMax: from('RATE_VERIFY_OTP_MAX', wholeNumber(policyNumbers.verifyIdentityMax)),
  /**
   * Attempts at short codes that unknown browsers get in a rolling hour, over all identities, not counting those that a sign-in
   * returns; past that, their codes are long. 1 to 100 000 000. Default 2000.
   */
  shortOpenMax: from('OTP_SHORT_OPEN_MAX', wholeNumber(shortOpenRange)),
  /** Requests per rolling 10 minutes and network address, 0 (no limit) to 1 000 000. Default 50. */
  requestIpMax: from('RATE_REQUEST_IP_MAX', wholeNumber(policyNumbers.requestIpMax)),
  /** Verifies per rolling 10 minutes and network address, 0 (no limit) to 1 000 000. Default 100. */
  verifyIpMax: from('RATE_VERIFY_IP_MAX', wholeNumber(policyNumbers.verifyIpMax)),
  /**
   * Countries whose phone numbers are sent codes, as ISO 3166-1 alpha-2 codes such as `DE`, or `DE:5000` with a number of sends
   * that it always has each day; `*` is every country, and `!FR` next to it excludes one. In production the service requires
   * it wherever phones are reached. Default: every country.
   */
  phoneCountries: from(
    'OTP_PHONE_COUNTRIES',
    list('countries such as `DE` or `DE:5000`, or `*` with exceptions such as `!FR`', /./, {
      default: ['*'],
    }),
  ),
  /**
   * `observe`: the limits on phone prefixes and countries only log what they would refuse. Unlisted countries and unsuitable
   * kinds of numbers are still refused. Default `enforce`.
   */
  phoneGuard: from('OTP_PHONE_GUARD', choice(phoneGuards, 'enforce')),
  /**
   * What the limits over a day do: refuse, only log what they would have refused, or nothing. Default `enforce`. Without this
   * setting, the service only logs outside production.
   */
  dayBudgets: from('RATE_DAY', choice(dayBudgetModes, 'enforce')),
  /**
   * SMS, WhatsApp messages and calls of the whole installation in 24 hours, 1 to 100 000 000. The last quarter is reserved for known
   * browsers and for API keys with the right `unguarded`. Default: none, there is no ceiling.
   */
  paidDayMax: from('RATE_PAID_DAY_MAX', wholeNumber(paidDayRange)),
  /**
   * Proxies whose `X-Forwarded-For` is trusted: addresses, CIDR ranges, `loopback`, or `unix` for peers on a unix
   * socket. Never everyone: anyone could then choose the address that is counted. Default: none.
   */
  trustedProxies: from('TRUSTED_PROXIES', {
    ...list('addresses, CIDR ranges, `loopback` or `unix`', /./, {
      but: 'that together do not cover all of IPv4 or IPv6',
    }),
    check: (value) => createTrustCheck(value as string[]),
  }),
};
