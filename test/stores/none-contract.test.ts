import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runContract } from '../helpers/contract.js';

const contract = 'the store that keeps nothing keeps the store contract';

/** What every other store holds and this one cannot, by why not. Everything else in the contract it holds. */
const exempt: Record<string, Record<string, string[]>> = {
  'Without its challenge a code is not found, and with each request that names none there is a new one.': {
    open: [
      'makes a record that lives exactly one window from its opening',
      'numbers the window of time in which a record was made, by the clock that ends it',
      'marks a record mute or not with each send, and all else is the same',
      'under reuse sends the same code, without more life and without more attempts',
      'remembers every channel that a code was sent over, in whatever order and how often',
      'under reuse makes a new code when little life is left',
      'under rotate makes a new code, and the old one dies',
      'under refuse answers pending until the code expires, and that counts nowhere',
      'names the code that is pending or blocked before the cooldown, and the cooldown before the limit',
      'makes a new code when the record is out of attempts, and under refuse answers blocked',
      'replaces a record of a key that is gone, and keeps one of the previous key',
    ],
    'bound challenges': [
      'are records of their own: none replaces another or the unbound one',
      'are not found without a name, and an empty name is not the unbound record',
    ],
    attempt: [
      'counts down, then answers blocked with the time until the code expires',
      'never lets more through than there are attempts, however many callers race',
      'keeps the rolling verify limit over purposes and new codes, on unbound records only',
      'takes neither an attempt nor a guess for a refused call',
      'keeps the verify limit for its whole period, whatever expires before that',
      'with a short period ends nothing that lasts longer',
      'treats a record of a key that is gone as absent',
    ],
    consume: ['clears the verify limit and takes its own guess back, no other'],
    release: [
      'gives a send back while another one stands, and the code stays',
      'leaves a code that nobody can guess at until it is sent again',
      'that is repeated takes neither another send nor another refusal',
      'that comes late does not end the code that has replaced its own',
      'under refuse deletes a record all of whose sends were given back',
    ],
  },
  'A challenge that was replaced stays good until it expires.': {
    'bound challenges': ['take a new name when they rotate'],
    consume: ['is false for a code that was replaced or has expired'],
  },
  'Who a challenge is for is in its MAC, which the service checks before it asks the store.': {
    'bound challenges': ['of another identity or purpose do not exist'],
  },
  'Nothing remembers that a code was used.': {
    consume: ['is true for exactly one of many callers, ever'],
  },
  'Guesses are not counted over the codes of an identity, and codes have one length.': {
    open: ['without a budget of guesses, attempts that were used stay used, and then all wait for the end'],
    attempt: ['with nothing pending answers expired and counts nothing'],
    lengthening: [
      'counts guesses and open attempts over purposes, bound challenges and new codes',
      'pending codes are never revoked by guesses made elsewhere, and are sent again as they are',
      'a short code gets what the budget has left, and three attempts at least',
      'codes that end without a guess free what they had',
      'consuming a bound code gives all guesses at it back, and no others',
      'nothing is given back in another period',
      'of a code that outlives a period, only the guesses in the new one are given back',
      'guesses at long codes are neither counted nor given back',
      'lasts until the guesses are forgotten, counted from the first',
      'is exact however many callers race: no guess more than the count meets a short code',
      'makes every code long below 0',
      'is off at 0',
    ],
    hit: [
      'a flood of identities, purposes, channels, bound codes and networks changes nothing for anyone else',
    ],
  },
  'Nothing remembers which refresh token is the next.': {
    exchange: [
      'replaces the one valid token; each works once',
      'ends the family when a token is presented that is not, or no longer, its own',
      'lets exactly one of many callers through',
      'lasts as long as was said at its start, however often it is exchanged',
      'is over when it is ended, whatever is presented, and only then',
    ],
  },
};

test('the store that keeps nothing fails what it is exempt from, each of it, and holds the rest of the contract', async () => {
  const outcomes = await runContract('test/stores/none-contract.ts');
  const suites = new Set([...outcomes.keys()].map((path) => path.split(' > ').slice(0, -1).join(' > ')));
  const tests = [...outcomes].filter(([path]) => !suites.has(path));
  const failed = tests.filter(([, isOk]) => !isOk).map(([path]) => path);
  const expected = Object.values(exempt).flatMap((bySuite) =>
    Object.entries(bySuite).flatMap(([suite, titles]) =>
      titles.map((title) => `${contract} > ${suite} > ${title}`),
    ),
  );
  assert.deepEqual(failed.sort(), expected.sort());
  assert.ok(tests.length - failed.length >= 25, `${tests.length - failed.length} hold`);
});
