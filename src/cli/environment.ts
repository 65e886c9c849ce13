import { z } from 'zod';
import { isCountry } from '../core/identity.js';
import { isCallerOrigin } from '../core/origin.js';
import {
  bindings,
  defaultNamespace,
  driftToleranceRange,
  namePattern,
  policyNumbers,
  resendPolicies,
} from '../core/policy.js';
import { minSecretBytes } from '../core/secret.js';
import { locales } from '../otp.js';
import { entriesRange } from '../stores/memory/expiring-map.js';
import { areTrustable, isMasterSecret, isSmsOrigin } from './accepted.js';
import { deliverySettings } from './delivery-settings.js';
import { pageSettings } from './page-settings.js';
import { redisSettings } from './redis-settings.js';
import {
  choice,
  flag,
  list,
  namesAllowed,
  type SettingMeta,
  secret,
  text,
  textWithDefault,
  wholeNumber,
} from './settings.js';
import { tokenSettings } from './token-settings.js';

const codes = 'Codes';
const secrets = 'Secrets';
const limits = 'Limits';
const messages = 'Messages';
const server = 'Server';
const store = 'Store';

const masterSecret = {
  group: secrets,
  allowed: `base64 of at least ${minSecretBytes} bytes`,
  check: isMasterSecret,
};

/** Every variable that the service reads: names, defaults, bounds, documentation and errors come from here. */
export const environment = z.object({
  OTP_SECRET_KEY: secret({
    ...masterSecret,
    description: 'Master secret of the codes. Required in production; otherwise made up at each start',
  }),
  OTP_SECRET_KEY_PREVIOUS: secret({
    ...masterSecret,
    description:
      'The other master secret during a rotation: accepted, never used to make a code. Needs `OTP_IDENTITY_KEY`',
  }),
  OTP_IDENTITY_KEY: secret({
    ...masterSecret,
    description:
      'Master secret of the names in the store; stays when the code key rotates. Default: `OTP_SECRET_KEY`',
  }),

  OTP_DIGITS: wholeNumber(policyNumbers.digits, { group: codes, description: 'Digits of a code' }),
  OTP_ALLOW_SHORT_CODES: flag({ group: codes, description: 'Allow fewer than 6 digits in production' }),
  OTP_WINDOW_SECONDS: wholeNumber(policyNumbers.windowSeconds, {
    unit: 'seconds',
    group: codes,
    description: 'Life of a code',
  }),
  OTP_DRIFT_TOLERANCE: wholeNumber(driftToleranceRange, {
    group: codes,
    description:
      'For `stateless-otp/engine` only: in the service a code lives by the clock of the store, without drift',
  }),
  OTP_MAX_ATTEMPTS: wholeNumber(policyNumbers.maxAttempts, {
    group: codes,
    description: 'Attempts per code',
  }),
  OTP_RESEND: choice(resendPolicies, 'reuse', {
    group: codes,
    description:
      'What a second request does: send the same code again, make a new one, or refuse until the first has expired',
  }),
  OTP_RESEND_COOLDOWN_SECONDS: wholeNumber(policyNumbers.resendCooldownSeconds, {
    unit: 'seconds',
    group: codes,
    description: 'Least gap between two sends to one identity',
  }),
  OTP_BINDING: choice(bindings, 'identity', {
    group: codes,
    description: '`challenge` binds every code to the challenge that its request returned',
  }),
  OTP_LENGTHEN_AFTER: wholeNumber(policyNumbers.lengthenAfter, {
    group: codes,
    description: 'Wrong guesses at one identity in 100 days from which on its codes are long; 0 is never',
  }),
  OTP_LONG_DIGITS: wholeNumber(policyNumbers.longDigits, {
    group: codes,
    description: 'Digits of a long code; at least `OTP_DIGITS`',
  }),
  OTP_PURPOSES: list('sign-in', {
    group: codes,
    allowed: `names with commas between them, each of ${namesAllowed}`,
    pattern: namePattern,
    description: 'What codes may be for; the first is used when a request names none',
  }),
  OTP_NAMESPACE: textWithDefault(defaultNamespace, {
    group: codes,
    allowed: namesAllowed,
    pattern: namePattern,
    description: 'The application or tenant; codes, tokens and limits of different namespaces are apart',
  }),
  OTP_DEFAULT_COUNTRY: text({
    group: codes,
    allowed: 'an ISO 3166-1 alpha-2 code such as `DE`',
    description: 'Country under which national phone numbers are read; without it numbers need their `+`',
  }).refine((value) => value === undefined || isCountry(value)),

  RATE_REQUEST_OTP_MAX: wholeNumber(policyNumbers.requestIdentityMax, {
    group: limits,
    description: 'Sends per identity in rolling 10 minutes',
  }),
  RATE_VERIFY_OTP_MAX: wholeNumber(policyNumbers.verifyIdentityMax, {
    group: limits,
    description: 'Verifies per identity in rolling 10 minutes',
  }),
  RATE_REQUEST_IP_MAX: wholeNumber(policyNumbers.requestIpMax, {
    group: limits,
    description: 'Requests per network address in rolling 10 minutes; 0 is no limit',
  }),
  RATE_VERIFY_IP_MAX: wholeNumber(policyNumbers.verifyIpMax, {
    group: limits,
    description: 'Verifies per network address in rolling 10 minutes; 0 is no limit',
  }),
  TRUSTED_PROXIES: list('', {
    group: limits,
    allowed:
      'addresses, CIDR ranges, `loopback` or `unix`, with commas between them, that together are not all of IPv4 or IPv6',
    description:
      'Proxies whose `X-Forwarded-For` is believed; `unix` is who connects through a unix socket. Never everyone, who could then choose the address that is counted',
  }).refine(areTrustable),

  ...tokenSettings,

  BRAND_NAME: text({
    group: messages,
    allowed: 'up to 100 characters',
    pattern: /^[^\r\n]{1,100}$/,
    description: 'The name that people know the application by; without it messages mention none',
  }),
  OTP_LOCALE: choice(locales, 'en', {
    group: messages,
    description:
      'Language of people who ask for no supported one, by `locale` in the request or by `Accept-Language`',
  }),
  OTP_CODE_IN_SUBJECT: flag(
    {
      group: messages,
      description: 'Whether the subject of an e-mail, and so a locked screen, shows the code',
    },
    true,
  ),
  OTP_ORIGIN: text({
    group: messages,
    allowed: 'an https origin such as `https://example.com`, or `http://localhost`',
    description:
      'Where codes are typed in: SMS end with the line by which a browser offers the code there only',
  }).refine((value) => value === undefined || isSmsOrigin(value)),
  OTP_TEMPLATES_DIR: text({
    group: messages,
    allowed: 'a folder',
    description: 'Templates of your own; see [messages.md](messages.md)',
  }),

  ...pageSettings,

  ...deliverySettings,

  STORE: choice(['memory', 'redis'], 'memory', {
    group: store,
    description: 'Where pending codes and limits are kept: `memory` serves one process, `redis` many',
  }),
  ...redisSettings,
  MEMORY_STORE_MAX_ENTRIES: wholeNumber(entriesRange, {
    group: store,
    description: 'Most entries of each kind in the memory store; when full it refuses',
  }),

  HOST: textWithDefault('127.0.0.1', {
    group: server,
    allowed: 'a host name, an address, or the path of a unix socket such as `/run/stateless-otp/socket`',
    description:
      'Where to listen; `0.0.0.0` is everywhere. The folder of a unix socket decides who reaches it; see `TRUSTED_PROXIES`',
  }),
  PORT: wholeNumber(
    { min: 0, max: 65_535, default: 8000 },
    { group: server, description: 'Port to listen on; 0 takes a free one' },
  ),
  WORKERS: textWithDefault('1', {
    group: server,
    allowed: '`auto` or a whole number from 1 to 128',
    pattern: /^(auto|[1-9][0-9]?|1[01][0-9]|12[0-8])$/,
    description: 'Processes that serve; `auto` is one a core. More than one needs `STORE=redis`',
  }),
  PUBLIC_URL: text({
    group: server,
    allowed: 'a URL such as `https://otp.example.com`',
    pattern: /^https?:\/\/[^\s/?#]+\/?$/,
    description: 'Where people reach the service; printed at start',
  }),
  API_KEYS: list('', {
    group: server,
    allowed:
      '`name=hash` pairs with commas between them, as `stateless-otp secret --api-key name` prints them',
    pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}=[0-9a-f]{64}$/,
    description:
      'Callers that may use `/otp/*`, by the header `X-API-Key`; each is counted by the `X-Forwarded-For` it sends. Without any, everybody may',
  }),
  CORS_ORIGINS: list('', {
    group: server,
    allowed:
      'origins as browsers send them, such as `https://app.example.com` or `capacitor://localhost`, with commas between them and without wildcards',
    description: 'Origins whose pages may call the API',
  }).refine((origins) => origins.every(isCallerOrigin)),
  LOG_LEVEL: choice(['debug', 'info', 'warn', 'error', 'silent'], 'info', {
    group: server,
    description: 'What is logged, as JSON lines on standard error',
  }),
  MAX_CONNECTIONS: wholeNumber(
    { min: 16, max: 1_000_000, default: 2048 },
    { group: server, description: 'Most connections open at once in each process; further ones are closed' },
  ),
  SHUTDOWN_GRACE_SECONDS: wholeNumber(
    { min: 0, max: 300, default: 10 },
    {
      unit: 'seconds',
      group: server,
      description: 'How long requests in flight may take to finish after SIGTERM',
    },
  ),
  NODE_ENV: text({
    group: server,
    allowed: 'text',
    description:
      'Anything but `development` and `test` refuses what is fit for development only; unset is development',
  }),
});

export type Environment = z.output<typeof environment>;
export type SettingName = keyof typeof environment.shape;

export const settingNames = Object.keys(environment.shape) as SettingName[];

/** What the documentation and the errors say of this variable. */
export function describeSetting(name: SettingName): SettingMeta {
  return environment.shape[name].meta() as unknown as SettingMeta;
}
