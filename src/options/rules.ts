import { parsePhoneCountries } from '../core/phone-countries.js';
import { createPolicy, type DeliveryMode, signInPurpose } from '../core/policy.js';
import { loadGateFile } from '../gate-file/watch.js';
import { createTokenKeys, type TokenKeys } from '../tokens/keys.js';
import { checkRights, isGranted } from './api-keys.js';
import { modeRules } from './modes.js';
import { type FilledOptions, optionRows } from './otp-options.js';
import { secretRules } from './secret-rules.js';

/** Whether some people are sent no code. */
export function isSelective({ shouldSend, gateAllow, gateFile }: FilledOptions): boolean {
  // What a file allows may change while the service runs.
  return shouldSend !== undefined || gateAllow.length > 0 || gateFile !== undefined;
}

/** Whether the sign-in page is served. */
export function isPageServed({
  apiKeyHashes,
  accessTokens,
  mode,
  signInPage,
  purposes,
}: FilledOptions): boolean {
  const isWanted = !isGranted('otp', apiKeyHashes) && accessTokens === 'on' && mode === 'challenge';
  return (signInPage ?? isWanted) && purposes.includes(signInPurpose);
}

/** If some people get no code, an answer that waits for the message would reveal who does. */
export function chooseDeliveryMode(options: FilledOptions): DeliveryMode {
  return options.deliveryMode ?? (isSelective(options) ? 'background' : 'direct');
}

/** Undefined where no tokens are issued. */
export function makeTokenKeys(options: FilledOptions): TokenKeys | undefined {
  if (options.accessTokens === 'off') return undefined;
  return createTokenKeys({
    secret: options.jwtSecret,
    previousSecret: options.previousJwtSecret,
    privateKey: options.jwtPrivateKey,
    previousPrivateKey: options.previousJwtPrivateKey,
    algorithm: options.jwtAlgorithm,
  });
}

/**
 * Which options contradict each other. Each rule throws a TypeError or RangeError that begins with the name of the option to
 * change and repeats no secret.
 */
export const rules: readonly ((options: FilledOptions) => void)[] = [
  (options) => {
    for (const [name, { needs, default: unset }] of Object.entries(optionRows)) {
      const { [name]: value, [needs?.option ?? name]: needed } = options as Record<string, unknown>;
      if (needs && value !== unset && needed === undefined)
        throw new TypeError(`${name} needs ${needs.option}: ${needs.why}`);
    }
  },
  ...secretRules,
  ...modeRules,
  ({ mode, allowUnrequestedCodes }) => {
    if (mode === 'window' && !allowUnrequestedCodes)
      throw new RangeError(
        `mode must be challenge unless allowUnrequestedCodes=true: with window, codes exist that nobody has asked for, got ${mode}`,
      );
  },
  ({ mode, driftTolerance }) => {
    if (mode === 'window' && driftTolerance < 1)
      throw new RangeError(
        `driftTolerance must be at least 1 with mode=window: a code requested in the last second would expire immediately, got ${driftTolerance}`,
      );
  },
  ({ store, humanCheck }) => {
    if (store?.isStateless && humanCheck?.provider === 'altcha')
      throw new RangeError(
        'humanCheck cannot be altcha with a store that keeps nothing: turnstile can be used, which remembers itself',
      );
  },
  ({ apiKeyHashes }) => checkRights(apiKeyHashes),
  (options) => void makeTokenKeys(options),
  ({ jwtPrivateKey, previousJwtPrivateKey }) => {
    const [key, previous] = [jwtPrivateKey, previousJwtPrivateKey].map(
      (privateKey) => privateKey && createTokenKeys({ privateKey }).signing.kid,
    );
    if (key !== undefined && key === previous)
      throw new RangeError('previousJwtPrivateKey must differ from jwtPrivateKey');
  },
  (options) => void createPolicy(options),
  ({ phoneCountries }) => void parsePhoneCountries(phoneCountries),
  ({ cookieDomain, publicUrl }) => {
    if (cookieDomain === undefined || publicUrl === undefined) return;
    if (`.${new URL(publicUrl).hostname}`.endsWith(`.${cookieDomain}`)) return;
    throw new RangeError(
      `publicUrl must be the URL of a host under cookieDomain (${cookieDomain}), got ${publicUrl}`,
    );
  },
  ({ gateFile, gateAllow }) => {
    if (gateFile === undefined) return;
    if (gateAllow.length > 0)
      throw new RangeError(
        'gateFile cannot be given together with gateAllow, whose rules belong in the file',
      );
    try {
      loadGateFile(gateFile);
    } catch (error) {
      throw new RangeError(`gateFile: ${(error as Error).message}`);
    }
  },
  (options) => {
    const mode = chooseDeliveryMode(options);
    if (!isSelective(options) || mode === 'background') return;
    const hook = options.shouldSend ? 'shouldSend' : options.gateFile ? 'gateFile' : 'gateAllow';
    throw new RangeError(
      `deliveryMode must be background with ${hook}: otherwise response times would reveal who is let in, got ${mode}`,
    );
  },
  ({ signInPage, purposes }) => {
    if (signInPage && !purposes.includes(signInPurpose))
      throw new RangeError(
        `purposes must include ${signInPurpose} with signInPage, got ${purposes.join(', ')}`,
      );
  },
];
