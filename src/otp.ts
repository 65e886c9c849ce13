import { randomBytes } from 'node:crypto';
import { createDerivation } from './core/derivation.js';
import { createGate } from './core/gate.js';
import { isCountry } from './core/identity.js';
import { deriveKeys, type Keys } from './core/keys.js';
import {
  assertOneOf,
  assertWholeNumber,
  channels,
  createPolicy,
  type DeliveryMode,
  deliveryModes,
  type Policy,
} from './core/policy.js';
import { decodeSecret, minSecretBytes } from './core/secret.js';
import { resolveTestIdentities } from './core/test-identities.js';
import { createDelivery } from './delivery/delivery.js';
import { hashApiKey } from './http/api-keys.js';
import { createHandler, type Handler } from './http/handler.js';
import type { Route } from './http/route.js';
import { createSessionCookie } from './http/session-cookie.js';
import { createRenderer } from './messages/render.js';
import { processClock } from './monotonic-clock.js';
import { type OtpOptions, otpNumbers } from './otp-options.js';
import type { Logger, MonotonicClock, Random, ShouldSend } from './ports.js';
import { createRandom } from './random.js';
import type { IssuedToken } from './results.js';
import { countMissingAddress } from './service/missing-address.js';
import { createService, type Service } from './service.js';
import { createLinks } from './sign-in/links.js';
import { createSignInRoutes, signInPurpose } from './sign-in/routes.js';
import { createMemoryStore } from './stores/memory.js';
import { createTokenKeys } from './tokens/keys.js';
import { createTokens, type TokenCheck } from './tokens/tokens.js';

export { jwksMaxAgeSeconds } from './http/oauth-routes.js';
export { type Locale, locales } from './messages/catalogue.js';
export { type OtpOptions, otpNumbers } from './otp-options.js';
export { type TokenAlgorithm, tokenAlgorithms } from './tokens/keys.js';

export interface Otp extends Service {
  /** Whether a token of ours is active, and its claims if it is. Never says why not. */
  verifyToken(token: unknown): Promise<TokenCheck>;
  /** The tokens that follow a refresh token, which is used up; null when it is not good. */
  refresh(refreshToken: unknown): Promise<IssuedToken | null>;
  /** Ends an access token, or the sign-in of a refresh token. Anything else is no matter. */
  revoke(token: unknown): Promise<void>;
  /** The HTTP API as a Web-standard handler. */
  handler: Handler;
  /** Resolves when the store can serve; rejects with the OtpError `store_unavailable` when it cannot. */
  ping(): Promise<void>;
  /**
   * Closes the store and the transports. Messages in the background are sent for at most `graceMs` (default 5000)
   * before; how many were lost is logged.
   */
  close(options?: { graceMs?: number }): Promise<void>;
}

const silent: Logger = { info() {}, warn() {}, error() {}, isLevelEnabled: () => false };

/** A fresh master secret: 32 random bytes as base64. */
export function generateSecretKey(): string {
  return randomBytes(minSecretBytes).toString('base64');
}

/** A fresh API key and the hash of it that `apiKeyHashes` takes; only the hash need be kept. */
export function generateApiKey(): { key: string; hash: string } {
  const key = randomBytes(32).toString('base64url');
  return { key, hash: hashApiKey(key) };
}

/**
 * The passcode service, embedded.
 *
 * @throws TypeError or RangeError that names the option, what was given and what is allowed
 * @example
 * import { createOtp } from 'stateless-otp';
 * import { createConsoleTransport } from 'stateless-otp/transports/console';
 * const otp = createOtp({
 *   secretKey: process.env.OTP_SECRET_KEY!,
 *   jwtSecret: process.env.JWT_SECRET!,
 *   transports: [createConsoleTransport()],
 * });
 * await otp.request('alice@example.com');
 * const result = await otp.verify('alice@example.com', '482931');
 * if (result.status === 'valid') console.log(result.accessToken);
 */
export function createOtp(options: OtpOptions): Otp {
  return createOtpOn(processClock, options);
}

/** As `createOtp`, on a clock of the caller's, with further pages. */
export function createOtpOn(
  monotonicClock: MonotonicClock,
  options: OtpOptions,
  pages: readonly Route[] = [],
): Otp {
  const { issuer = 'stateless-otp', audience = 'stateless-otp', logger = silent, clock = Date.now } = options;
  const { bearerPurposes = ['sign-in'], transports, defaultCountry, publicUrl, cookieDomain } = options;
  const numbers = readNumbers(options);
  if (!Array.isArray(transports) || transports.length === 0) {
    throw new TypeError('transports must be a list of at least one transport');
  }
  if (defaultCountry !== undefined && !isCountry(defaultCountry)) {
    throw new RangeError(
      `defaultCountry must be an ISO 3166-1 alpha-2 code such as DE, got ${defaultCountry}`,
    );
  }
  if (cookieDomain !== undefined && publicUrl === undefined) {
    throw new TypeError('cookieDomain needs publicUrl: where the sign-in page of all these hosts is');
  }
  const policy = createPolicy(options);
  const random = createRandom();
  const keys = readKeys(options);
  const links = createConfiguredLinks(options, policy, keys, random);
  const gate = createGate(options.gateAllow ?? []);
  const store = options.store ?? createMemoryStore(options.clock ? { clock: options.clock } : {});
  const delivery = createDelivery({
    transports,
    routes: options.routes,
    timeoutMs: numbers.deliveryTimeoutMs,
    mode: readDeliveryMode(options),
    queueMax: numbers.deliveryQueueMax,
    discretion: isSelective(options) ? { spreadMs: numbers.deliverySpreadMs, random } : undefined,
    clock: monotonicClock,
    logger,
  });
  const shouldSend: ShouldSend | undefined = isSelective(options)
    ? async (identity, purpose) => gate(identity) && ((await options.shouldSend?.(identity, purpose)) ?? true)
    : undefined;
  const tokenKeys = createTokenKeys({
    secret: options.jwtSecret,
    previousSecret: options.previousJwtSecret,
    privateKey: options.jwtPrivateKey,
    previousPrivateKey: options.previousJwtPrivateKey,
    algorithm: options.jwtAlgorithm,
  });
  const tokens = createTokens({
    keys: tokenKeys,
    issuer,
    audience,
    namespace: policy.namespace,
    ttlSeconds: numbers.accessTokenTtlSeconds,
    refreshTtlSeconds: numbers.refreshTokenTtlSeconds,
    refreshKey: keys.refresh,
    lastingPurposes: bearerPurposes,
    isRevocationRequired: options.revocationRequired ?? false,
    readClaims: options.claims,
    // Who would not be sent a code any more must not stay signed in without one.
    mayContinue: shouldSend,
    store,
    clock,
    monotonicClock,
    random,
    logger,
  });
  const service = createService({
    policy,
    keys,
    store,
    delivery,
    logger,
    issueToken: tokens.issue,
    readClaims: options.claims,
    render: createRenderer({
      appName: options.appName,
      defaultLocale: options.defaultLocale,
      isCodeInSubject: options.codeInSubject,
      origin: options.origin,
      templatesDir: options.templatesDir,
    }),
    createLink: links?.create,
    random,
    defaultCountry,
    testIdentities: resolveTestIdentities(options.testIdentities ?? [], { defaultCountry }),
    shouldSend,
    clock,
    monotonicClock,
  });
  const cookieOptions = {
    isInsecure: options.unsafeInsecureCookies ?? false,
    namespace: policy.namespace,
  };
  const sessionCookie = createSessionCookie({ ...cookieOptions, domain: cookieDomain });
  const { apiKeyHashes = [] } = options;
  const isSignInServed = options.signInPage ?? apiKeyHashes.length === 0;
  const servedChannels = channels.filter(delivery.serves);
  const handler = createHandler({
    service,
    store,
    tokens,
    jwks: tokenKeys.jwks,
    bearerPurposes,
    introspectClients: options.introspectClients ?? [],
    gate,
    sessionCookie,
    signInUrl: cookieDomain === undefined ? undefined : `${publicUrl?.replace(/\/$/, '')}/sign-in`,
    purposes: policy.purposes,
    channels: servedChannels,
    logger,
    corsOrigins: options.corsOrigins ?? [],
    trustedProxies: options.trustedProxies ?? [],
    apiKeyHashes,
    unsafeDevInbox: options.unsafeDevInbox,
    publicUrl,
    pages: [
      ...pages,
      ...(isSignInServed && policy.purposes.includes(signInPurpose)
        ? createSignInRoutes({
            service,
            tokens,
            sessionCookie,
            ...cookieOptions,
            keys,
            namespace: policy.namespace,
            publicUrl,
            cookieDomain,
            home: options.signInHome,
            embedOrigins: options.embedOrigins ?? [],
            brand: { name: options.appName, logoUrl: options.brandLogoUrl, color: options.brandColor },
            defaultLocale: options.defaultLocale ?? 'en',
            defaultCountry,
            channels: servedChannels,
            isOpenToAll: !isSelective(options),
            links,
            random,
            clock,
            monotonicClock,
            logger,
          })
        : []),
    ],
  });
  return {
    ...countMissingAddress(service),
    verifyToken: tokens.check,
    refresh: tokens.refresh,
    revoke: tokens.revoke,
    handler,
    ping: () => store.ping(),
    async close({ graceMs = 5000 } = {}) {
      // The store last: what becomes of a message in the background is still written to it.
      await delivery.close(graceMs);
      await store.close();
    },
  };
}

function createConfiguredLinks(
  { magicLink = false, publicUrl, clock = Date.now }: OtpOptions,
  { namespace }: Policy,
  keys: Keys,
  random: Random,
) {
  if (!magicLink) return undefined;
  if (publicUrl === undefined) throw new TypeError('magicLink needs publicUrl: links begin with it');
  const derivation = createDerivation(keys, namespace);
  return createLinks({ key: keys.link, namespace, derivation, publicUrl, clock, random });
}

/** The numbers that are no policy of the codes, each in its bounds. */
function readNumbers(options: OtpOptions) {
  const read = (name: keyof typeof otpNumbers) => {
    const value = options[name] ?? otpNumbers[name].default;
    assertWholeNumber(name, value, otpNumbers[name]);
    return value;
  };
  const refreshTokenTtlSeconds = read('refreshTokenTtlSeconds');
  if (refreshTokenTtlSeconds > 0 && refreshTokenTtlSeconds < 60) {
    throw new RangeError(`refreshTokenTtlSeconds must be 0 or at least 60, got ${refreshTokenTtlSeconds}`);
  }
  return {
    accessTokenTtlSeconds: read('accessTokenTtlSeconds'),
    refreshTokenTtlSeconds,
    deliveryTimeoutMs: read('deliveryTimeoutMs'),
    deliveryQueueMax: read('deliveryQueueMax'),
    deliverySpreadMs: read('deliverySpreadMs'),
  };
}

/** Where some people get no code, an answer that waits for the message would tell who does. */
function readDeliveryMode(options: OtpOptions): DeliveryMode {
  const mode = options.deliveryMode ?? (isSelective(options) ? 'background' : 'direct');
  assertOneOf('deliveryMode', mode, deliveryModes);
  if (isSelective(options) && mode !== 'background') {
    throw new RangeError(`deliveryMode must be background with shouldSend or gateAllow, got ${mode}`);
  }
  return mode;
}

function readKeys({ secretKey, previousSecretKey, identityKey }: OtpOptions) {
  if (previousSecretKey !== undefined && identityKey === undefined) {
    // Tags would move with the swap of the keys: every limit would restart and pending codes would be lost.
    throw new TypeError(
      'previousSecretKey needs identityKey: the value that secretKey had before the first rotation',
    );
  }
  const keys = deriveKeys({
    secret: decodeSecret(secretKey, 'secretKey'),
    previousSecret:
      previousSecretKey === undefined ? undefined : decodeSecret(previousSecretKey, 'previousSecretKey'),
    identitySecret: identityKey === undefined ? undefined : decodeSecret(identityKey, 'identityKey'),
  });
  if (keys.current.id === keys.previous?.id)
    throw new RangeError('previousSecretKey must differ from secretKey');
  return keys;
}

/** Whether some people are sent no code. */
function isSelective({ shouldSend, gateAllow = [] }: OtpOptions): boolean {
  return shouldSend !== undefined || gateAllow.length > 0;
}
