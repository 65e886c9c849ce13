import type { Channel, DeliveryMode, Policy } from './core/policy.js';
import type { TestIdentity } from './core/test-identities.js';
import type { InboxReader } from './http/dev-inbox.js';
import type { Locale } from './messages/catalogue.js';
import type { Clock, Logger, ReadClaims, ShouldSend, Store, Transport } from './ports.js';
import { maxTtlSeconds } from './tokens/claims.js';
import type { TokenAlgorithm } from './tokens/keys.js';

export interface OtpOptions extends Partial<Policy> {
  /** Master secret of the codes: at least 32 bytes, as bytes or base64. `generateSecretKey` makes one. */
  secretKey: Uint8Array | string;
  /** The master secret before or after a rotation: accepted, never used to make a code. Needs `identityKey`. */
  previousSecretKey?: Uint8Array | string | undefined;
  /** Secret of the names under which the store keeps things; stays when `secretKey` rotates. Default: `secretKey`. */
  identityKey?: Uint8Array | string | undefined;
  /** HS256 secret of the tokens: at least 32 bytes as UTF-8, used as they are. Needed without `jwtPrivateKey`. */
  jwtSecret?: string | undefined;
  /** The secret before or after a rotation: checks tokens, never signs. */
  previousJwtSecret?: string | undefined;
  /**
   * Signs tokens in place of `jwtSecret`, so that others can check them and not make them. PEM, a JWK or a JWK Set, of
   * which the first key signs and the others only check: EC P-256 for ES256, Ed25519 for EdDSA.
   */
  jwtPrivateKey?: string | undefined;
  /** The key before or after a rotation: checks tokens and is published, never signs. In the same forms. */
  previousJwtPrivateKey?: string | undefined;
  /** Confirms the algorithm that follows from the key: `HS256`, `ES256` or `EdDSA`. Default: not checked. */
  jwtAlgorithm?: TokenAlgorithm | undefined;
  /** Who delivers what. Those that serve a channel are tried in this order, unless `routes` says otherwise. */
  transports: readonly Transport[];
  /** Names of transports by channel, in the order in which they are tried: the next after a definite refusal. */
  routes?: Partial<Record<Channel, readonly string[]>> | undefined;
  /**
   * `direct`: `request` resolves when the provider has answered. `background`: when the message waits in a queue of
   * this process, which is lost with it. Default `direct`, with `shouldSend` `background`, which is needed then.
   */
  deliveryMode?: DeliveryMode | undefined;
  /** Most messages in the background at once, 1 to 100 000. Default 1000. */
  deliveryQueueMax?: number | undefined;
  /**
   * With `shouldSend` or `gateAllow`, a message goes out at a random moment between a tenth of this and all of it, in
   * milliseconds, 0 to 60 000: sent at once, the work could be noticed by who asked. Default 1000.
   */
  deliverySpreadMs?: number | undefined;
  /** Default: a memory store, for one process. */
  store?: Store | undefined;
  /** Life of a token in seconds, 30 to 86 400. Default 900. */
  accessTokenTtlSeconds?: number | undefined;
  /**
   * Life of a sign-in with refresh tokens in seconds, 0 or 60 to 31 536 000. Each is good once and gets the next; one
   * used twice ends the sign-in. Default 0: no refresh tokens.
   */
  refreshTokenTtlSeconds?: number | undefined;
  /** Refuse tokens while the store cannot say whether they are revoked. Default false: the signature decides then. */
  revocationRequired?: boolean | undefined;
  /** Adds claims to the tokens of an identity; those that are registered or ours cannot be overridden. Default: none. */
  claims?: ReadClaims | undefined;
  /** The token's `iss`. Default `stateless-otp`. */
  issuer?: string | undefined;
  /** The token's `aud`. Default `stateless-otp`. */
  audience?: string | undefined;
  /** Purposes whose tokens `GET /token/verify` accepts. Default `['sign-in']`. */
  bearerPurposes?: readonly string[] | undefined;
  /**
   * Whether an identity may be sent a code. Others get the same answers in the same time, nothing is sent and no code
   * is right for them, and no refresh token of theirs is good. So that nothing tells, messages then go out in the
   * background, a moment later, and a refused one is not given back to the limits. Default: everybody.
   */
  shouldSend?: ShouldSend | undefined;
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
  /**
   * Where people go who came to the sign-in page by themselves: a path such as `/`, an address under `publicUrl`, or one
   * under `cookieDomain`. Default: nowhere, the page says who is signed in.
   */
  signInHome?: string | undefined;
  /** Origins of the same site whose pages may show the sign-in page in a frame. Default: none. */
  embedOrigins?: readonly string[] | undefined;
  /** Put a link beside the code into e-mails that the sign-in page sends; needs `publicUrl`. Default false. */
  magicLink?: boolean | undefined;
  /** A folder of templates that override the messages, read once. Default: none. */
  templatesDir?: string | undefined;
  /** Origins whose pages may call the handler. Default: none. */
  corsOrigins?: readonly string[] | undefined;
  /**
   * Proxies whose X-Forwarded-For the handler believes: addresses, CIDR ranges, `loopback`, or `unix` for peers on a unix
   * socket. Ranges that together are all of IPv4 or IPv6 are refused. Default: none.
   */
  trustedProxies?: readonly string[] | undefined;
  /**
   * Callers that may use the handler's `/otp/*` routes by the header `X-API-Key`: the hashes of their keys, which
   * `generateApiKey` makes. Each is counted by the X-Forwarded-For it sends. Default: none, everybody may.
   */
  apiKeyHashes?: readonly string[] | undefined;
  /**
   * Services that may introspect tokens, by HTTP Basic authentication: each name with the hash of its secret, which
   * `generateApiKey` makes. Default: none, introspection is off.
   */
  introspectClients?: readonly { name: string; hash: string }[] | undefined;
  /** Where people reach the service, such as `https://otp.example.com`. Needed with `cookieDomain` and `magicLink`. */
  publicUrl?: string | undefined;
  /** Every host under this domain shares one sign-in, such as `example.com`. Default: the host of the page alone. */
  cookieDomain?: string | undefined;
  /** Let the session cookie travel over plain http, without the protection of its name: for development. Default false. */
  unsafeInsecureCookies?: boolean | undefined;
  /**
   * Who is let through at `/authz/*` and is sent codes: addresses, `@domains` and beginnings of phone numbers such as
   * `+49`. Default: everybody.
   */
  gateAllow?: readonly string[] | undefined;
  /**
   * Shows the messages of this inbox at `/dev/inbox` and `/dev/inbox.json`, codes included, to everybody who can reach
   * the handler under localhost, a loopback address or the host of `publicUrl`: for development only. Default: none.
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

/** Bounds and defaults of the numbers that are no policy of the codes. */
export const otpNumbers = {
  accessTokenTtlSeconds: { min: 30, max: maxTtlSeconds, default: 900 },
  deliveryTimeoutMs: { min: 100, max: 60_000, default: 5000 },
  deliveryQueueMax: { min: 1, max: 100_000, default: 1000 },
  deliverySpreadMs: { min: 0, max: 60_000, default: 1000 },
  refreshTokenTtlSeconds: { min: 0, max: 31_536_000, default: 0 },
} as const;
