import { channelsOf } from '../core/channels.js';
import type { Channel } from '../core/policy.js';

/** The kinds of identity that some transport reaches; also the names of the first field's labels. */
export type Reach = 'email' | 'phone' | 'emailOrPhone';

export function findReach(channels: readonly Channel[]): Reach {
  const hasPhone = channels.some((name) => channelsOf.phone.includes(name));
  if (!channels.includes('email')) return hasPhone ? 'phone' : 'emailOrPhone';
  return hasPhone ? 'emailOrPhone' : 'email';
}
