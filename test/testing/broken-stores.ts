import { toWindow } from '../../src/core/window.js';
import type { Clock, Store } from '../../src/ports.js';
import { createMemoryStore } from '../../src/stores/memory.js';

/** A mistake that is easily made in a store, and the test of the contract that notices it. */
interface BrokenStore {
  noticedBy: string;
  /** The verbs that are wrong. Those of `store` are right, and any number of callers share them. */
  change(store: Required<Store>, clock: Clock): { [Verb in keyof Store]?: Store[Verb] | undefined };
}

const clearAll = { records: true, counts: true, signOutSeconds: 0 };

/** By what each of them does. All else about them is right. */
export const brokenStores: Record<string, BrokenStore> = {
  'lacks a verb that it is said to have': {
    noticedBy: 'as a whole > it has the optional verbs, except those that it is said to be without',
    change: () => ({ inspect: undefined }),
  },

  // What must happen only once, however many callers race.

  'lets every caller use a code': {
    noticedBy: 'consume > is true for exactly one of many callers, ever',
    change: (store) => ({
      async consume(request) {
        await store.consume(request);
        return true;
      },
    }),
  },
  'reads a count in one step and raises it in another': {
    noticedBy: 'hit > hit > counts each key by itself, exactly, however many callers race',
    change() {
      const counts = new Map<string, number>();
      return {
        async hit(key, { max }) {
          const count = counts.get(key) ?? 0;
          await new Promise(setImmediate);
          if (count >= max) return { allowed: false, retryAfterMs: 1000 };
          counts.set(key, count + 1);
          return { allowed: true };
        },
      };
    },
  },
  'keeps everything in the memory of each process': {
    noticedBy: 'attempt > never lets more through than there are attempts, however many callers race',
    change: (_, clock) => createMemoryStore({ clock }),
  },
  'gives a claim to all who ask': {
    noticedBy: 'claim > is true for exactly one of many callers while the claim lasts',
    change: (store) => ({
      async claim(name, ttlSeconds) {
        await store.claim(name, ttlSeconds);
        return true;
      },
    }),
  },
  'lets a refresh token be used again, in case an answer was lost': {
    noticedBy: 'exchange > ends the family when a token is presented that is not, or no longer, its own',
    change(store) {
      const latest = new Map<string, string | null>();
      return {
        async exchange(request) {
          const result = await store.exchange(request);
          if (result === 'exchanged') latest.set(request.family, request.next);
          const next = latest.get(request.family) ?? null;
          if (result === 'reused') await store.exchange({ ...request, presented: null, next });
          return result;
        },
      };
    },
  },

  // What counts, and for how long.

  'forgets a guess that was wrong': {
    noticedBy: 'attempt > counts down, then answers blocked with the time until the code expires',
    change: (store) => ({
      async attempt(request) {
        const attemptId = 'this one';
        const result = await store.attempt({ ...request, attemptId });
        await store.retract({ ...request, attemptId });
        return result;
      },
    }),
  },
  'forgets guesses with the code that they were made at': {
    noticedBy: 'lengthening > lasts until the guesses are forgotten, counted from the first',
    change: (store) => ({
      attempt: ({ lengthening, ...request }) =>
        store.attempt({ ...request, lengthening: { ...lengthening, memorySeconds: 300 } }),
    }),
  },
  'starts a limit again with each period of the clock': {
    noticedBy: 'hit > hit > lets a call through exactly when fewer than the limit are in the rolling period',
    change: (store, clock) => ({
      hit: (key, limit, group) =>
        store.hit(`${key} ${Math.floor(clock() / 1000 / limit.periodSeconds)}`, limit, group),
    }),
  },
  'counts for each address, and not for its network': {
    noticedBy: 'hit > hit with a group > counts against the key and the group, or against neither',
    change: (store) => ({ hit: (key, limit) => store.hit(key, limit) }),
  },
  'counts row after row, up to the one that refuses': {
    noticedBy: 'sends over a day > a row that refuses keeps the others from counting, and is named',
    change: (store) => ({
      async spend(request) {
        for (const row of request.rows.slice(0, -1)) await store.spend({ ...request, rows: [row] });
        return store.spend({ ...request, rows: request.rows.slice(-1) });
      },
    }),
  },
  'makes a new code with each request': {
    noticedBy: 'open > under reuse sends the same code, without more life and without more attempts',
    change: (store) => ({ open: (request) => store.open({ ...request, resend: 'rotate' }) }),
  },
  'renews a sign-in whenever it is refreshed': {
    noticedBy: 'exchange > lasts as long as was said at its start, however often it is exchanged',
    change: (store) => ({
      async exchange(request) {
        const result = await store.exchange(request);
        if (result === 'exchanged' && request.next !== null) {
          await store.exchange({ ...request, presented: null });
        }
        return result;
      },
    }),
  },
  'forgets a sign-out after an hour': {
    noticedBy:
      'signing out everywhere > remembers a sign-out for as long as was said, and another one for longer',
    change: (store) => ({
      clear: (request) => store.clear({ ...request, signOutSeconds: Math.min(1800, request.signOutSeconds) }),
    }),
  },
  'drops the identity that it has had for longest when it is full': {
    noticedBy:
      'hit > a flood of identities, purposes, channels, bound codes and networks changes nothing for anyone else',
    change(store) {
      const owners: Parameters<Required<Store>['clear']>[0][] = [];
      return {
        async open(request) {
          const { identityTag, budgetTag } = request;
          owners.push({ identityTag, budgetTag, ...clearAll });
          const oldest = owners.length > 100 ? owners.shift() : undefined;
          if (oldest) await store.clear(oldest);
          return store.open(request);
        },
      };
    },
  },

  // What is given back.

  'lets an attempt that was taken back be used': {
    noticedBy: 'retract > leaves nothing to consume, and a consumed attempt cannot be taken back',
    change: (store) => ({
      consume: ({ attemptId, ...request }) => store.consume(request),
    }),
  },
  'gives refused sends back without end': {
    noticedBy: 'release > gives back as many as it may in each period, whatever was guessed, and no more',
    change: (store) => ({ release: (request) => store.release({ ...request, limits: [] }) }),
  },
  'gives back more of a day than was counted': {
    noticedBy: 'sends over a day > a send of which a fifth stays counted costs a fifth',
    change: (store) => ({ refund: (request) => store.refund({ ...request, units: 5 }) }),
  },

  // Whose it is.

  'takes an empty challenge for none': {
    noticedBy: 'bound challenges > are not found without a name, and an empty name is not the unbound record',
    change: (store) => ({
      attempt: (request) => store.attempt({ ...request, challenge: request.challenge || undefined }),
    }),
  },
  'numbers windows of time by milliseconds': {
    noticedBy: 'open > numbers the window of time in which a record was made, by the clock that ends it',
    change: (store, clock) => ({
      async open(request) {
        const opened = await store.open(request);
        if (opened.status !== 'opened') return opened;
        const window = toWindow(clock(), request.windowSeconds);
        return { ...opened, record: { ...opened.record, window } };
      },
    }),
  },
  'opens a code for a challenge that it does not know': {
    noticedBy: 'bound challenges > are sent again only by name; an unknown name is expired and opens nothing',
    change: (store) => ({
      async open(request) {
        const opened = await store.open(request);
        return opened.status === 'expired' ? store.open({ ...request, challenge: undefined }) : opened;
      },
    }),
  },
  'gives each alias of a mailbox limits of its own': {
    noticedBy: 'budgets > that aliases share > sends, cooldown, verifies and guesses count for all of them',
    change: (store) => ({
      open: (request) => store.open({ ...request, budgetTag: request.identityTag }),
      attempt: (request) => store.attempt({ ...request, budgetTag: request.identityTag }),
    }),
  },
  'lets strangers use up the limits of known browsers': {
    noticedBy: 'budgets > of known browsers > are apart from those of strangers: sends, cooldown and guesses',
    change: (store) => ({
      open: ({ side, ...request }) => store.open({ ...request, bind: request.bind || side === 'known' }),
    }),
  },
};
