import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { createRandomPool } from '../../src/fast/random-pool.js';
import { createOutcomes } from '../../src/outcomes/outcomes.js';
import { outcomeRows } from '../../src/outcomes/table.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createTokenKeys, type TokenKeyOptions } from '../../src/tokens/keys.js';
import { createTokens, type TokenOptions } from '../../src/tokens/tokens.js';
import { createManualTime } from './clock.js';
import { jwtSecret } from './otp.js';

/** What a verify that was right entitles Alice to. */
export const grant = {
  identity: 'alice@example.com',
  purpose: 'sign-in',
  channels: ['email'],
  isSession: false,
  extraClaims: {},
} as const;

/** A fresh private key as PEM. */
export function createPem(curve: 'P-256' | 'P-384' | 'Ed25519'): string {
  const { privateKey } =
    curve === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: curve });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Tokens with a manual clock and a memory store on it; HS256 unless the test says otherwise. */
export function createTestTokens(changes: Partial<TokenOptions> & { keyOptions?: TokenKeyOptions } = {}) {
  const { keyOptions = { secret: jwtSecret }, ...rest } = changes;
  const { clock, monotonicClock } = createManualTime();
  /** The events that would be warnings in the log. */
  const warnings: string[] = [];
  const options: TokenOptions = {
    keys: createTokenKeys(keyOptions),
    issuer: 'stateless-otp',
    audience: 'stateless-otp',
    namespace: 'default',
    ttlSeconds: 900,
    refreshTtlSeconds: 0,
    refreshKey: createSecretKey(Buffer.alloc(32, 7)),
    lastingPurposes: ['sign-in'],
    isRevocationRequired: false,
    store: createMemoryStore({ clock }),
    deriveOwnerTags: ({ value }) => ({ identityTag: `tag of ${value}`, budgetTag: `budget of ${value}` }),
    clock,
    monotonicClock,
    random: createRandomPool(),
    outcomes: createOutcomes([
      {
        isOn: () => true,
        take: (outcome) => void (outcomeRows[outcome.event].level === 'warn' && warnings.push(outcome.event)),
      },
    ]),
    ...rest,
  };
  return { tokens: createTokens(options), options, clock, warnings };
}
