import { randomBytes } from 'node:crypto';
import { isCountry } from './core/identity.js';
import { deriveKey, deriveKeys } from './core/keys.js';
import {
  assertOneOf,
  assertWholeNumber,
  type Channel,
  channels,
  createPolicy,
  type DeliveryMode,
  deliveryModes,
  type Policy,
} from './core/policy.js';
import { minSecretBytes, readSecret } from './core/secret.js';
import { readTestIdentities, type TestIdentity } from './core/test-identities.js';
import { createDelivery } from './delivery/delivery.js';
import { hashApiKey } from './http/api-keys.js';
import type { InboxReader } from './http/dev-inbox.js';
import { createHandler, type Handler } from './http/handler.js';
import { createSessionCookie } from './http/session-cookie.js';
import { createSignInRoutes, signInPurpose } from './http/sign-in/routes.js';
import type { Locale } from './messages/catalogue.js';
import { createRenderer } from './messages/render.js';
import type { Clock, Logger, Store, Transport } from './ports.js';
import { createService, type Service } from './service.js';
import { createMemoryStore } from './stores/memory.js';
import { createTokens, type TokenCheck } from './tokens/tokens.js';

export { type Locale, locales } from './messages/catalogue.js';

export interface OtpOptions extends Partial<Policy> {
  /** Master secret of the codes: at least 32 bytes, as bytes or base64. `generateSecretKey` makes one. */
  secretKey: Uint8Array | string;
  /** The master secret before or after a rotation: accepted, never used to make a code. Needs `identityKey`. */
  previousSecretKey?: Uint8Array | string | undefined;
  /** Secret of the names under which the store keeps things; stays when `secretKey` rotates. Default: `secretKey`. */
  identityKey?: Uint8Array | string | undefined;
  /** HS256 secret of the tokens: at least 32 bytes as UTF-8, used as they are. */
  jwtSecret: string;
  /** Who delivers what. Those that serve a channel are tried in this order, unless `routes` says otherwise. */
  transports: readonly Transport[];
  /** Names of transports by channel, in the order in which they are tried: the next after a definite refusal. */
  routes?: Partial<Record<Channel, readonly string[]>> | undefined;
  /**
   * `direct`: `request` resolves when the provider has answered. `background`: when the message waits in a queue of
   * this process, which is lost with it. Default `direct`.
   */
  deliveryMode?: DeliveryMode | undefined;
  /** Most messages in the background at once, 1 to 100 000. Default 1000. */
  deliveryQueueMax?: number | undefined;
  /** Default: a memory store, for one process. */
  store?: Store | undefined;
  /** Life of a token in seconds, 30 to 86 400. Default 900. */
  accessTokenTtlSeconds?: number | undefined;
  /** The token's `iss`. Default `stateless-otp`. */
  issuer?: string | undefined;
  /** The token's `aud`. Default `stateless-otp`. */
  audience?: string | undefined;
  /** Purposes whose tokens `GET /token/verify` accepts. Default `['sign-in']`. */
  bearerPurposes?: readonly string[] | undefined;
  /** ISO 3166-1 alpha-2 code under which national phone numbers are read. Default: none, `+` is required. */
  defaultCountry?: string | undefined;
  /** Limit on one message in milliseconds, over all its transports, 100 to 60 000. Default 5000. */
  deliveryTimeoutMs?: number | undefined;
  /** The name that people know the application by, at most 100 characters. Default: messages mention none. */
  appName?: string | undefined;
  /** The language of messages to people who ask for none of ours. Default `en`. */
  defaultLocale?: Locale | undefined;
  /** Whether the subject of an e-mail, and so a locked screen, shows the code. Default true. */
  codeInSubject?: boolean | undefined;
  /**
   * Where codes are typed in, such as `https://example.com`: SMS end with a line by which browsers offer the code
   * there only. Default: none, SMS have no such line.
   */
  origin?: string | undefined;
  /** The logo above the sign-in page: an https address, or a path on its host. Default: none, the name stands there. */
  brandLogoUrl?: string | undefined;
  /** The colour of the buttons of the sign-in page, such as `#2f5bd7`. Default: a blue. */
  brandColor?: string | undefined;
  /** Whether the handler serves the sign-in page, to everybody. Default: where there are no `apiKeyHashes`. */
  signInPage?: boolean | undefined;
  /** Where people reach the handler, such as `https://otp.example.com`. Default: known to the browser only. */
  publicUrl?: string | undefined;
  /** Origins of the same site whose pages may show the sign-in page in a frame. Default: none. */
  embedOrigins?: readonly string[] | undefined;
  /** A folder of templates that override the messages, read once. Default: none. */
  templatesDir?: string | undefined;
  /** Origins whose pages may call the handler. Default: none. */
  corsOrigins?: readonly string[] | undefined;
  /** Proxies whose X-Forwarded-For the handler believes: addresses, CIDR ranges or `loopback`. Default: none. */
  trustedProxies?: readonly string[] | undefined;
  /**
   * Callers that may use the handler's `/otp/*` routes by the header `X-API-Key`: the hashes of their keys, which
   * `generateApiKey` makes. Each is counted by the X-Forwarded-For it sends. Default: none, everybody may.
   */
  apiKeyHashes?: readonly string[] | undefined;
  /**
   * Shows the messages of this inbox at `/dev/inbox` and `/dev/inbox.json`, codes included, to everybody who can reach
   * the handler: for development only. Default: none.
   */
  unsafeDevInbox?: InboxReader | undefined;
  /**
   * Identities for app reviews and demos, each with a code that does not change until its last day. Nothing is sent to
   * them, every use is logged as a warning, and 20 wrong guesses in 100 days switch one off. Default: none.
   */
  testIdentities?: readonly TestIdentity[] | undefined;
  /** Default: silent. */
  logger?: Logger | undefined;
  /** Milliseconds since 1970; moves tokens and the default store. Default: this machine's clock. */
  clock?: Clock | undefined;
}

export interface Otp extends Service {
  /** Whether a token of ours is active, and its claims if it is. Never says why not. */
  verifyToken(token: unknown): Promise<TokenCheck>;
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

const silent: Logger = { info() {}, warn() {}, error() {} };

/** Bounds and defaults of the numbers that are no policy of the codes. */
export const otpNumbers = {
  accessTokenTtlSeconds: { min: 30, max: 86_400, default: 900 },
  deliveryTimeoutMs: { min: 100, max: 60_000, default: 5000 },
  deliveryQueueMax: { min: 1, max: 100_000, default: 1000 },
} as const;

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
  const { issuer = 'stateless-otp', audience = 'stateless-otp', logger = silent, clock = Date.now } = options;
  const { accessTokenTtlSeconds = otpNumbers.accessTokenTtlSeconds.default } = options;
  const { deliveryTimeoutMs = otpNumbers.deliveryTimeoutMs.default, bearerPurposes = ['sign-in'] } = options;
  const { deliveryMode = 'direct', deliveryQueueMax = otpNumbers.deliveryQueueMax.default } = options;
  const { transports, defaultCountry } = options;
  assertWholeNumber('accessTokenTtlSeconds', accessTokenTtlSeconds, otpNumbers.accessTokenTtlSeconds);
  assertWholeNumber('deliveryTimeoutMs', deliveryTimeoutMs, otpNumbers.deliveryTimeoutMs);
  assertWholeNumber('deliveryQueueMax', deliveryQueueMax, otpNumbers.deliveryQueueMax);
  assertOneOf('deliveryMode', deliveryMode, deliveryModes);
  if (!Array.isArray(transports) || transports.length === 0) {
    throw new TypeError('transports must be a list of at least one transport');
  }
  if (defaultCountry !== undefined && !isCountry(defaultCountry)) {
    throw new RangeError(
      `defaultCountry must be an ISO 3166-1 alpha-2 code such as DE, got ${defaultCountry}`,
    );
  }
  const policy = createPolicy(options);
  const keys = readKeys(options);
  const store = options.store ?? createMemoryStore(options.clock ? { clock: options.clock } : {});
  const delivery = createDelivery({
    transports,
    routes: options.routes,
    timeoutMs: deliveryTimeoutMs,
    mode: deliveryMode,
    queueMax: deliveryQueueMax,
    clock: () => performance.now(),
    logger,
  });
  const tokens = createTokens({
    secret: options.jwtSecret,
    issuer,
    audience,
    namespace: policy.namespace,
    ttlSeconds: accessTokenTtlSeconds,
    clock,
    createId: () => randomBytes(16).toString('base64url'),
  });
  const service = createService({
    policy,
    keys,
    store,
    delivery,
    logger,
    issueToken: tokens.issue,
    render: createRenderer({
      appName: options.appName,
      defaultLocale: options.defaultLocale,
      isCodeInSubject: options.codeInSubject,
      origin: options.origin,
      templatesDir: options.templatesDir,
    }),
    randomBytes,
    defaultCountry,
    testIdentities: readTestIdentities(options.testIdentities ?? [], { defaultCountry }),
    clock,
  });
  const { apiKeyHashes = [] } = options;
  const isSignInServed =
    (options.signInPage ?? apiKeyHashes.length === 0) && policy.purposes.includes(signInPurpose);
  const isSecure = options.publicUrl?.startsWith('https:') ?? false;
  const handler = createHandler({
    service,
    store,
    checkToken: tokens.check,
    bearerPurposes,
    purposes: policy.purposes,
    logger,
    corsOrigins: options.corsOrigins ?? [],
    trustedProxies: options.trustedProxies ?? [],
    apiKeyHashes: options.apiKeyHashes ?? [],
    unsafeDevInbox: options.unsafeDevInbox,
    signInRoutes: isSignInServed
      ? createSignInRoutes({
          service,
          checkToken: tokens.check,
          endSession: async () => {},
          sessionCookie: createSessionCookie({ isSecure }),
          ...deriveSignInKeys(options),
          isSecure,
          publicUrl: options.publicUrl,
          cookieDomain: undefined,
          embedOrigins: options.embedOrigins ?? [],
          brand: { name: options.appName, logoUrl: options.brandLogoUrl, color: options.brandColor },
          defaultLocale: options.defaultLocale ?? 'en',
          defaultCountry,
          channels: channels.filter((channel) => delivery.serves(channel)),
          isOpenToAll: true,
          randomBytes,
          clock,
          logger,
        })
      : [],
  });
  return {
    ...service,
    verifyToken: tokens.check,
    handler,
    ping: () => store.ping(),
    async close({ graceMs = 5000 } = {}) {
      // The store last: what becomes of a message in the background is still written to it.
      await delivery.close(graceMs);
      await store.close();
    },
  };
}

/** What is sealed under the secret before or after a rotation can still be read. */
function deriveSignInKeys({ secretKey, previousSecretKey }: OtpOptions) {
  const current = readSecret(secretKey, 'secretKey');
  const previous =
    previousSecretKey === undefined ? [] : [readSecret(previousSecretKey, 'previousSecretKey')];
  const derive = (label: string) =>
    [deriveKey(current, label), ...previous.map((secret) => deriveKey(secret, label))] as const;
  return { stateKeys: derive('sign-in-state'), formKeys: derive('sign-in-form') };
}

function readKeys({ secretKey, previousSecretKey, identityKey }: OtpOptions) {
  if (previousSecretKey !== undefined && identityKey === undefined) {
    // Tags would move with the swap of the keys: every limit would restart and pending codes would be lost.
    throw new TypeError(
      'previousSecretKey needs identityKey: the value that secretKey had before the first rotation',
    );
  }
  const keys = deriveKeys({
    secret: readSecret(secretKey, 'secretKey'),
    previousSecret:
      previousSecretKey === undefined ? undefined : readSecret(previousSecretKey, 'previousSecretKey'),
    identitySecret: identityKey === undefined ? undefined : readSecret(identityKey, 'identityKey'),
  });
  if (keys.current.id === keys.previous?.id)
    throw new RangeError('previousSecretKey must differ from secretKey');
  return keys;
}
