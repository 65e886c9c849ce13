import type { IdentityKind } from './identity.js';
import type { Channel } from './policy.js';

/** Why nothing can be sent to an identity that is valid. */
export type Unsupported =
  /** No transport reaches the identity over this channel. */
  | 'unsupported_channel'
  /** The country of the phone number is not among `phoneCountries`. */
  | 'unsupported_country'
  /** The kind of the phone number is never sent to, such as premium rate, or not over this channel. */
  | 'unsupported_number';

/** The channels that reach an identity; the first one with a transport is the default. */
export const channelsOf: Readonly<Record<IdentityKind, readonly Channel[]>> = {
  email: ['email'],
  phone: ['sms', 'whatsapp', 'voice'],
  opaque: ['custom'],
};
