import cluster from 'node:cluster';
import { createNodeListener } from '../adapters/node.js';
import { parseTestIdentities } from '../core/test-identities.js';
import { OtpError } from '../errors.js';
import { makeStringMethodsFast } from '../fast/string-methods.js';
import type { Route } from '../http/route.js';
import { processClock } from '../monotonic-clock.js';
import { createOtpOn, type Otp, type OtpOptions } from '../otp.js';
import type { Logger, Store } from '../ports.js';
import { createMemoryStore } from '../stores/memory.js';
import { createRedisStore } from '../stores/redis.js';
import { createInbox } from '../transports/inbox.js';
import { version } from '../version.js';
import { createBackend, listBackends, readConfiguredRoutes } from './backends.js';
import { allowsPlainHttp, formatBanner, hasInbox } from './banner.js';
import type { Config, LoadedConfig } from './config.js';
import { createFrontPage } from './front-page.js';
import { createLogger } from './log.js';
import { readCredentials } from './redis-problems.js';
import { type RunningServer, startServer } from './server.js';
import { isSocketPath, removeStaleSocket } from './unix-socket.js';
import { countWorkers, runWorkers } from './workers.js';

// For the whole process, after ioredis has been imported.
makeStringMethodsFast();

/** Runs the service until SIGTERM or SIGINT, in this process or in as many workers as are configured. */
export async function serve(loaded: LoadedConfig & { config: Config }): Promise<void> {
  const { config, warnings, madeUp } = loaded;
  const logger = createLogger(config.LOG_LEVEL);
  if (cluster.isPrimary) for (const warning of warnings) logger.warn({ warning }, 'configuration');
  if (cluster.isWorker && config.STORE === 'memory') {
    throw new OtpError(
      'invalid_request',
      'STORE: memory in a cluster of processes, each of which would count for itself; set redis',
    );
  }
  // With console delivery, whoever reads the codes may stop reading; that must not end the service.
  process.stdout.on('error', () => {});
  const greet = (port: number) => {
    process.stdout.write(formatBanner(config, madeUp, port));
    logger.info({ port, version }, 'started');
  };
  const count = countWorkers(config.WORKERS);
  if (cluster.isPrimary && isSocketPath(config.HOST)) await removeStaleSocket(config.HOST);
  if (cluster.isPrimary && count > 1) {
    // Secrets made up for this run must be the same in every worker; those that are given reach it by themselves.
    const env = Object.fromEntries(madeUp.map((name) => [name, String(config[name])]));
    return runWorkers({ count, env, logger, onListening: greet });
  }
  const options = readOptions(config, await createStore(config, logger), logger);
  const otp = createChecked(options, [createFrontPage(config)]);
  const server = await startServer(createNodeListener(otp.handler), {
    host: config.HOST,
    port: config.PORT,
    graceMs: config.SHUTDOWN_GRACE_SECONDS * 1000,
    maxConnections: config.MAX_CONNECTIONS,
    onRefused: () =>
      logger.warn({ open: config.MAX_CONNECTIONS }, 'connections over MAX_CONNECTIONS are closed'),
  });
  if (cluster.isPrimary) greet(server.port);
  stopOnSignal(server, otp, config, logger);
}

/** What only the library can tell to be wrong, such as a template, is a wrong configuration too. */
function createChecked(options: OtpOptions, pages: Route[]): Otp {
  try {
    return createOtpOn(processClock, options, pages);
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    throw new OtpError('invalid_request', error.message, { cause: error });
  }
}

/** The library's options for this configuration. */
export function readOptions(config: Config, store: Store, logger: Logger): OtpOptions {
  // Never in production, where console delivery can be allowed but must not be shown to all.
  const inbox = hasInbox(config) ? createInbox() : undefined;
  return {
    secretKey: config.OTP_SECRET_KEY,
    previousSecretKey: config.OTP_SECRET_KEY_PREVIOUS,
    identityKey: config.OTP_IDENTITY_KEY,
    jwtSecret: config.JWT_SECRET,
    previousJwtSecret: config.JWT_SECRET_PREVIOUS,
    jwtPrivateKey: config.JWT_PRIVATE_KEY,
    previousJwtPrivateKey: config.JWT_PRIVATE_KEY_PREVIOUS,
    jwtAlgorithm: config.JWT_ALG,
    refreshTokenTtlSeconds: config.REFRESH_TOKEN_TTL,
    revocationRequired: config.REVOCATION_REQUIRED,
    introspectClients: config.INTROSPECT_CLIENTS.map(readPair),
    gateAllow: config.GATE_ALLOW,
    publicUrl: config.PUBLIC_URL,
    cookieDomain: config.GATE_COOKIE_DOMAIN,
    unsafeInsecureCookies: allowsPlainHttp(config),
    transports: listBackends(config).map((name) => createBackend(name, config, inbox)),
    routes: readConfiguredRoutes(config),
    unsafeDevInbox: inbox,
    store,
    namespace: config.OTP_NAMESPACE,
    purposes: config.OTP_PURPOSES,
    digits: config.OTP_DIGITS,
    windowSeconds: config.OTP_WINDOW_SECONDS,
    maxAttempts: config.OTP_MAX_ATTEMPTS,
    resend: config.OTP_RESEND,
    resendCooldownSeconds: config.OTP_RESEND_COOLDOWN_SECONDS,
    binding: config.OTP_BINDING,
    lengthenAfter: config.OTP_LENGTHEN_AFTER,
    longDigits: config.OTP_LONG_DIGITS,
    requestIdentityMax: config.RATE_REQUEST_OTP_MAX,
    verifyIdentityMax: config.RATE_VERIFY_OTP_MAX,
    requestIpMax: config.RATE_REQUEST_IP_MAX,
    verifyIpMax: config.RATE_VERIFY_IP_MAX,
    accessTokenTtlSeconds: config.ACCESS_TOKEN_TTL,
    issuer: config.JWT_ISSUER,
    audience: config.JWT_AUDIENCE,
    bearerPurposes: config.BEARER_PURPOSES,
    defaultCountry: config.OTP_DEFAULT_COUNTRY,
    testIdentities: parseTestIdentities(config.OTP_TEST_IDENTITIES ?? '') ?? [],
    appName: config.BRAND_NAME,
    defaultLocale: config.OTP_LOCALE,
    codeInSubject: config.OTP_CODE_IN_SUBJECT,
    origin: config.OTP_ORIGIN,
    templatesDir: config.OTP_TEMPLATES_DIR,
    ...(config.SIGN_IN_PAGE === 'auto' ? {} : { signInPage: config.SIGN_IN_PAGE === 'true' }),
    brandLogoUrl: config.BRAND_LOGO_URL,
    brandColor: config.BRAND_COLOR,
    signInHome: config.SIGN_IN_HOME,
    embedOrigins: config.EMBED_ORIGINS,
    magicLink: config.OTP_MAGIC_LINK,
    deliveryTimeoutMs: config.DELIVERY_TIMEOUT_MS,
    deliveryMode: config.DELIVERY_MODE,
    deliveryQueueMax: config.DELIVERY_QUEUE_MAX,
    corsOrigins: config.CORS_ORIGINS,
    trustedProxies: config.TRUSTED_PROXIES,
    apiKeyHashes: config.API_KEYS.map((pair) => readPair(pair).hash),
    logger,
  };
}

/** `name=hash`, as the schema has checked. */
function readPair(pair: string): { name: string; hash: string } {
  const at = pair.indexOf('=');
  return { name: pair.slice(0, at), hash: pair.slice(at + 1) };
}

async function createStore(config: Config, logger: Logger): Promise<Store> {
  if (config.STORE === 'memory') return createMemoryStore({ maxEntries: config.MEMORY_STORE_MAX_ENTRIES });
  return createRedisStore({
    url: config.REDIS_URL,
    ...readCredentials(config),
    keyPrefix: config.REDIS_KEY_PREFIX,
    timeoutMs: config.REDIS_TIMEOUT_MS,
    allowEviction: config.REDIS_ALLOW_EVICTION,
    allowUnfenced: config.REDIS_ALLOW_UNFENCED,
    logger,
  });
}

/**
 * The first signal lets requests in flight finish; the second ends the process at once. A worker leaves the
 * second to its parent, since a signal to the whole group reaches it twice.
 */
function stopOnSignal(server: RunningServer, otp: Otp, config: Config, logger: Logger): void {
  let isStopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    if (isStopping && cluster.isWorker) return;
    if (isStopping) process.exit(1);
    isStopping = true;
    logger.info({ signal }, 'stopping');
    await server.close();
    await otp.close({ graceMs: config.SHUTDOWN_GRACE_SECONDS * 1000 });
    logger.info({}, 'stopped');
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
