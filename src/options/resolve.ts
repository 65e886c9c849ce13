import { admitEverywhere } from '../core/entry.js';
import { createGate, type Gate } from '../core/gate.js';
import { deriveKeys, type Keys } from '../core/keys.js';
import { refuseUnknownOptions } from '../core/known-options.js';
import { parsePhoneCountries } from '../core/phone-countries.js';
import { createPolicy } from '../core/policy.js';
import { dropLastSlash } from '../core/public-prefix.js';
import { decodeSecret } from '../core/secret.js';
import { resolveTestIdentities } from '../core/test-identities.js';
import type { EventsTarget } from '../events/post-event.js';
import { openGateFile } from '../gate-file/watch.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import type { Logger, MonotonicClock, ShouldSend, Store } from '../ports.js';
import { paths } from '../sign-in/paths.js';
import { createMemoryStore } from '../stores/memory.js';
import { createWindowStore } from '../stores/window.js';
import { decodeWebhookSecret } from '../transports/webhook-signature.js';
import { listCallers } from './api-keys.js';
import {
  checkOption,
  type FilledOptions,
  fillOptions,
  type OtpOptions,
  optionRows,
  optionsBySetting,
} from './otp-options.js';
import { chooseDeliveryMode, findBrokenRules, isPageServed, isSelective, makeTokenKeys } from './rules.js';

/** An installation, with everything decided. What is undefined is not part of it. */
export type ResolvedOptions = ReturnType<typeof resolveOptions>;

export const silent: Logger = { info() {}, warn() {}, error() {}, isLevelEnabled: () => false };

/**
 * Checks every option, by itself and against the others, and decides what follows from them.
 *
 * @throws TypeError or RangeError that names the option, what was given and what is allowed
 */
export function resolveOptions(given: OtpOptions) {
  refuseUnknownOptions(given, Object.keys(optionRows), 'options', optionsBySetting);
  const options = fillOptions({ ...given });
  checkAllOptions(options);
  const isOpenToAll = !isSelective(options);
  const { store, mode, clock = Date.now, logger = silent, publicUrl, defaultCountry } = options;
  return {
    ...options,
    policy: createPolicy(options),
    keys: deriveOptionKeys(options),
    /** Without them no tokens are issued. */
    tokenKeys: makeTokenKeys(options),
    /** Of the codes that the store opens. */
    codeAlphabet: (mode === 'challenge' && store?.codeAlphabet) || ('digits' as const),
    // Known browsers need bound records.
    deviceTtlSeconds: store?.isStateless || mode === 'window' ? 0 : options.deviceTtlSeconds,
    /** The store of codes and their limits: this one, except with windows, whose codes no store keeps. */
    openCodeStore: (store: Store) => (mode === 'window' ? createWindowStore({ ...options, clock }) : store),
    /** Who has an API key. */
    apiCallers: listCallers(options.apiKeyHashes),
    /** Who may enter where; a file is watched until this is closed. */
    openEntry: (monotonicClock: MonotonicClock, outcomes: Outcomes) =>
      openEntry(options, monotonicClock, outcomes),
    /** These rules and the hook together, where some people are sent no code. */
    chooseRecipients: (admits: Gate) => (isOpenToAll ? undefined : joinHooks(admits, options.shouldSend)),
    deliveryMode: chooseDeliveryMode(options),
    /** Where links next to codes lead. */
    linkUrl: options.magicLink ? publicUrl : undefined,
    /** Where the gate sends people to sign in, unless it is the host that they are at. */
    signInUrl:
      options.cookieDomain === undefined ? undefined : `${dropLastSlash(publicUrl ?? '')}${paths.signIn}`,
    /** The spread of messages, where some people are sent none. */
    spreadMs: isOpenToAll ? undefined : options.deliverySpreadMs,
    /** What the sign-in page is, where it is served. */
    page: isPageServed(options) ? resolvePage(options) : undefined,
    /** Where events are posted. */
    events: resolveEvents(options),
    testIdentities: resolveTestIdentities(options.testIdentities, { defaultCountry }),
    phoneCountries: parsePhoneCountries(options.phoneCountries),
    clock,
    logger,
    // By the clock of the caller, if there is one: the store's own is not moved when the system's time is set.
    openStore: () => store ?? createMemoryStore(options.clock ? { clock: options.clock } : {}),
  };
}

function checkAllOptions(options: FilledOptions): void {
  if (options.secretKey === undefined) {
    throw new TypeError('secretKey must be given; generateSecretKey() returns one');
  }
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined || name === 'transports') checkOption(name, value, options);
  }
  const [broken] = findBrokenRules(options);
  if (broken) throw broken;
}

function resolvePage(options: FilledOptions) {
  return {
    home: options.signInHome,
    embedOrigins: options.embedOrigins,
    brand: {
      name: options.appName,
      logoUrl: options.brandLogoUrl,
      color: options.brandColor,
      links: options.brandLinks,
    },
    isOpenToAll: !isSelective(options),
  };
}

function resolveEvents(options: FilledOptions): EventsTarget | undefined {
  const { eventsUrl, eventsSecret, eventsAllowPrivateTargets } = options;
  if (eventsUrl === undefined) return undefined;
  const secret = decodeWebhookSecret(eventsSecret, 'eventsSecret');
  return { url: eventsUrl, secret, allowPrivateTargets: eventsAllowPrivateTargets };
}

function openEntry({ gateFile, gateAllow }: FilledOptions, clock: MonotonicClock, outcomes: Outcomes) {
  if (gateFile !== undefined) return openGateFile({ path: gateFile, clock, outcomes });
  return { ...admitEverywhere(createGate(gateAllow)), close() {} };
}

function joinHooks(admits: Gate, shouldSend: ShouldSend | undefined): ShouldSend {
  return async (identity, purpose) => {
    // Asked about everyone: the time it takes must not reveal whom the gate admits.
    const isWelcome = (await shouldSend?.(identity, purpose)) ?? true;
    return admits(identity) && isWelcome;
  };
}

export function deriveOptionKeys({ secretKey, previousSecretKey, identityKey }: FilledOptions): Keys {
  const decode = (secret: Uint8Array | string | undefined, name: string) =>
    secret === undefined ? undefined : decodeSecret(secret, name);
  return deriveKeys({
    secret: decodeSecret(secretKey, 'secretKey'),
    previousSecret: decode(previousSecretKey, 'previousSecretKey'),
    identitySecret: decode(identityKey, 'identityKey'),
  });
}
