import { createDerivation } from '../core/derivation.js';
import { parseIdentity } from '../core/identity.js';
import { shortenTag } from '../core/identity-tag.js';
import { deriveOptionKeys } from '../options/resolve.js';
import { toOptions } from '../options/settings.js';
import { wrongUsage } from './command.js';
import type { Config } from './config.js';

/**
 * What the lines of the log show of an address, to find them by. Needs the keys of the service, but not the service.
 *
 * @throws OtpError `invalid_request` for anything but an identity, and if the keys are generated at each start
 */
export function findIdentityTag(config: Config, madeUp: readonly string[], address?: string): string {
  const { OTP_IDENTITY_KEY, OTP_NAMESPACE, OTP_DEFAULT_COUNTRY } = config;
  if (OTP_IDENTITY_KEY === undefined && madeUp.includes('OTP_SECRET_KEY')) {
    throw wrongUsage(
      'identity tag: OTP_SECRET_KEY is not set: the service generates one at each start, so its tags cannot be computed here',
    );
  }
  const identity = parseIdentity(address, { defaultCountry: OTP_DEFAULT_COUNTRY });
  if (identity === 'ambiguous') {
    throw wrongUsage(
      'identity tag: this phone number is valid with and without the country code; begin it with + or 0',
    );
  }
  if (identity === null)
    throw wrongUsage(
      'identity tag: ADDRESS must be an e-mail address, a phone number or an id such as user:42',
    );
  const keys = deriveOptionKeys(toOptions(config));
  return shortenTag(createDerivation(keys, OTP_NAMESPACE).deriveIdentityTag(identity.value));
}
