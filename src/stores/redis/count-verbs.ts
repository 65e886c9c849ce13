import type { CountVerbs } from '../../count-verbs.js';
import type { CountEncoder } from './encode-counts.js';
import { decodeSpendReply } from './replies.js';
import type { Send } from './sender.js';

export function createCountVerbs(call: Send, encoder: CountEncoder): Required<CountVerbs> {
  const { encodeHit, encodeSpend, encodeRefund } = encoder;
  return {
    async hit(key, limit, group) {
      const { keys, settings } = encodeHit({ key, limit, group });
      const retryAfterMs = Number(await call('hit', keys, [], [], settings));
      return retryAfterMs === 0 ? { allowed: true } : { allowed: false, retryAfterMs };
    },
    async spend(request) {
      const { keys, names, settings } = encodeSpend(request);
      return decodeSpendReply(await call('spend', keys, names, [], [settings]), request);
    },
    async refund(request) {
      const { keys, names, settings } = encodeRefund(request);
      await call('refund', keys, names, settings);
    },
  };
}
