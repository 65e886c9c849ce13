import { isInDomain } from '../core/domain.js';
import { parsePhoneCountries } from '../core/phone-countries.js';
import { createPolicy, type DeliveryMode, signInPurpose } from '../core/policy.js';
import { loadGateFile } from '../gate-file/watch.js';
import { createTokenKeys, type TokenKeys } from '../tokens/keys.js';
import { findRightsFault, listCallers } from './api-keys.js';
import { modeRules, type Rule } from './modes.js';
import { type FilledOptions, optionRows } from './otp-options.js';
import { catchError } from './row.js';
import { secretRules } from './secret-rules.js';

/** Whether some people are sent no code. */
export function isSelective({ shouldSend, gateAllow, gateFile }: FilledOptions): boolean {
  // What a file allows may change while the service runs.
  return shouldSend !== undefined || gateAllow.length > 0 || gateFile !== undefined;
}

/** Whether the sign-in page is served. */
export function isPageServed(options: FilledOptions): boolean {
  const { apiKeyHashes, accessTokens, mode, signInPage, purposes } = options;
  const needsKey = listCallers(apiKeyHashes).some(({ rights }) => rights.includes('otp'));
  const isWanted = !needsKey && accessTokens === 'on' && mode === 'challenge';
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

/** Each rule returns what is wrong, or throws the error of the part that it asks. */
const rules: readonly Rule[] = [
  ...Object.entries(optionRows).map(
    ([name, { needs, default: unset }]): Rule =>
      (options) => {
        const { [name]: value, [needs?.option ?? name]: needed } = options as Record<string, unknown>;
        if (needs && value !== unset && needed === undefined)
          throw new TypeError(`${name} needs ${needs.option}: ${needs.why}`);
        return undefined;
      },
  ),
  ...secretRules,
  ...modeRules,
  ({ mode, allowUnrequestedCodes }) =>
    mode === 'window' &&
    !allowUnrequestedCodes &&
    `mode must be challenge unless allowUnrequestedCodes=true: with window, codes exist that nobody has asked for, got ${mode}`,
  ({ mode, driftTolerance }) =>
    mode === 'window' &&
    driftTolerance < 1 &&
    `driftTolerance must be at least 1 with mode=window: a code requested in the last second would expire immediately, got ${driftTolerance}`,
  ({ apiKeyHashes }) => findRightsFault(apiKeyHashes),
  (options) => void makeTokenKeys(options),
  ({ jwtPrivateKey, previousJwtPrivateKey }) => {
    const [key, previous] = [jwtPrivateKey, previousJwtPrivateKey].map(
      (privateKey) => privateKey && createTokenKeys({ privateKey }).signing.kid,
    );
    return key !== undefined && key === previous && 'previousJwtPrivateKey must differ from jwtPrivateKey';
  },
  (options) => void createPolicy(options),
  ({ phoneCountries }) => void parsePhoneCountries(phoneCountries),
  ({ cookieDomain, publicUrl }) =>
    cookieDomain !== undefined &&
    publicUrl !== undefined &&
    !isInDomain(new URL(publicUrl).hostname, cookieDomain) &&
    `publicUrl must be the URL of a host under cookieDomain (${cookieDomain}), got ${publicUrl}`,
  ({ gateFile, gateAllow }) =>
    gateFile !== undefined &&
    (gateAllow.length > 0
      ? 'gateFile cannot be given together with gateAllow, whose rules belong in the file'
      : findGateFileFault(gateFile)),
  (options) => {
    const mode = chooseDeliveryMode(options);
    const hook = options.shouldSend ? 'shouldSend' : options.gateFile ? 'gateFile' : 'gateAllow';
    return (
      isSelective(options) &&
      mode !== 'background' &&
      `deliveryMode must be background with ${hook}: otherwise response times would reveal who is let in, got ${mode}`
    );
  },
  ({ signInPage, purposes }) =>
    signInPage &&
    !purposes.includes(signInPurpose) &&
    `purposes must include ${signInPurpose} with signInPage, got ${purposes.join(', ')}`,
];

/**
 * How options that are valid by themselves contradict each other: a TypeError or RangeError for each broken rule, which begins
 * with the name of the option to change and repeats no secret.
 */
export function findBrokenRules(options: FilledOptions): Error[] {
  return rules.flatMap((rule) => {
    try {
      const message = rule(options);
      return message ? [new RangeError(message)] : [];
    } catch (error) {
      return [error as Error];
    }
  });
}

function findGateFileFault(path: string): string | undefined {
  const error = catchError(() => loadGateFile(path));
  return error && `gateFile: ${error.message}`;
}
