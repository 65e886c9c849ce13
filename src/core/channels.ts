import type { IdentityKind } from './identity.js';
import type { Channel } from './policy.js';

/** The channels that reach an identity; the first one with a transport is the default. */
export const channelsOf: Readonly<Record<IdentityKind, readonly Channel[]>> = {
  email: ['email'],
  phone: ['sms', 'whatsapp', 'voice'],
  opaque: ['custom'],
};
