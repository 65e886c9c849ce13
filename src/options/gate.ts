import { createGate } from '../core/gate.js';
import { canonicalise } from '../core/identity.js';
import type { ShouldSend } from '../ports.js';
import { from, hook, list, needing, text } from './row.js';

const admitted = list('addresses, `@domain`s, ids and beginnings of numbers such as `+49`', /./, {
  but: 'without wildcards',
});

export const gateOptions = {
  /**
   * Who may pass `/authz/*` and is sent codes: e-mail addresses, `@domain`s, phone numbers, their prefixes such as `+49`, and
   * ids. Messages then go out in the background. Default: everyone.
   */
  gateAllow: from('GATE_ALLOW', {
    ...admitted,
    check(value, name, others) {
      admitted.check(value, name, others);
      createGate(value as string[]);
    },
  }),
  /**
   * The path of a JSON file that says who may enter which host, instead of `gateAllow`: see [gate.md](gate.md#rules-for-each-host).
   * An edit is noticed within a second. Messages then go out in the background. Default: none.
   */
  gateFile: from('GATE_FILE', text('the path of a JSON file')),
  /**
   * Every host under this domain shares one sign-in at `publicUrl`, such as `example.com`. Default: each host has its
   * own.
   */
  cookieDomain: from(
    'GATE_COOKIE_DOMAIN',
    needing(
      'publicUrl',
      'a URL of a host under that domain, where the sign-in page of all these hosts is',
      // A domain that mail can have can have a cookie: at least two labels, in ASCII, no port and no leading dot.
      text(
        'a domain such as `example.com`',
        (domain) => canonicalise(`x@${domain}`)?.value === `x@${domain}`,
      ),
    ),
  ),
  /**
   * Whether an identity may be sent a code. Others get the same answers in the same time, but nothing is sent, no code
   * is correct for them, and none of their refresh tokens is valid. To reveal nothing, messages then go out in the
   * background, a moment later, and a refused one is not given back to the limits. Default: everyone.
   */
  shouldSend: hook<ShouldSend>(),
};
