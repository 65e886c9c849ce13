import type { Store } from '../ports.js';
import type { OpenRequest, ReleaseRequest } from '../store-verbs.js';
import { createMemoryStore, type MemoryStoreOptions } from './memory.js';

/** For the stores that keep no records: what this process counts by itself. */
export function createProcessCounts(options: MemoryStoreOptions = {}) {
  const counts = createMemoryStore(options);
  const { hit, spend, refund, claim, claimed, exchange, consume, ping, close } = counts;
  const verbs = { hit, ...(spend && refund ? { spend, refund } : {}), claim, claimed, exchange, ping, close };

  /** Counts the send, as that of a record of its own, which nobody verifies. */
  async function open(request: OpenRequest): ReturnType<Store['open']> {
    const counted = await counts.open({
      ...request,
      challenge: undefined,
      bind: true,
      lengthening: { ...request.lengthening, after: 0 },
    });
    if (counted.status !== 'opened') return counted;
    return { ...counted, sendId: `${counted.sendId} ${request.newChallenge}` };
  }

  async function release(request: ReleaseRequest) {
    const [sendId = '', challenge = ''] = request.sendId.split(' ');
    const returned = await counts.release({ ...request, sendId, challenge, recordChallenge: challenge });
    return returned || undefined;
  }

  return { verbs, open, consume, release };
}
