// The store contract on the store that keeps nothing, as a program of its own: see `none-contract.test.ts`.
import type { SealedRecord } from '../../src/core/sealed-challenge.js';
import type { Store } from '../../src/ports.js';
import { createStatelessStore } from '../../src/stores/none.js';
import { describeStore } from '../../src/testing/index.js';
import { createManualClock } from '../helpers/clock.js';

/** Passes on what challenges carry, as the service does. */
function carryChallenges(store: Store): Store {
  const carried = new Map<string, SealedRecord>();
  const find = (challenge: string | undefined) =>
    challenge === undefined ? undefined : carried.get(challenge);
  return {
    ...store,
    async open(request) {
      const opened = await store.open({ ...request, sealed: find(request.challenge) });
      if (opened.status === 'opened' && opened.record.sealed) {
        carried.set(opened.record.challenge, opened.record.sealed);
      }
      return opened;
    },
    attempt: (request) => store.attempt({ ...request, sealed: find(request.challenge) }),
  };
}

describeStore(
  'the store that keeps nothing',
  async () => {
    const clock = createManualClock();
    const store = carryChallenges(createStatelessStore({ clock }));
    return {
      connect: async () => store,
      advance: async (ms) => clock.advance(ms),
      close: () => store.close(),
    };
  },
  { without: ['retract', 'clear', 'ended', 'inspect', 'note'] },
);
