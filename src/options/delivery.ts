import { describe } from '../core/describe.js';
import { type Channel, channels, deliveryModes } from '../core/policy.js';
import { parseTestIdentities, resolveTestIdentities, type TestIdentity } from '../core/test-identities.js';
import type { Transport } from '../ports.js';
import { timeoutRange } from '../transports/options.js';
import { checkTransports } from './parts.js';
import { choice, flag, from, type Row, value, wholeNumber } from './row.js';

/** What delivers for the service. */
export const senderNames = [
  'console',
  'smtp',
  'twilio',
  'webhook',
  'ses',
  'resend',
  'vonage',
  'whatsapp',
] as const;
export type SenderName = (typeof senderNames)[number];

export type Routes = Partial<Record<Channel, readonly string[]>>;

/** Parses `email=smtp,ses;sms=twilio`; null for another form, and for a channel or transport that does not exist. */
function parseRoutes(text: string): Routes | null {
  const routes: Routes = {};
  for (const part of text.split(';').filter((part) => part.trim() !== '')) {
    const [name = '', list = '', ...rest] = part.split('=').map((piece) => piece.trim());
    const channel = channels.find((channel) => channel === name);
    const names = list.split(',').map((name) => name.trim());
    if (!channel || routes[channel] || rest.length > 0 || new Set(names).size < names.length) return null;
    if (!names.every((name) => senderNames.some((sender) => sender === name))) return null;
    routes[channel] = names;
  }
  return Object.keys(routes).length > 0 ? routes : null;
}

function checkRouteNames(routes: unknown, name: string): void {
  const isRoute = ([channel, names]: [string, unknown]) =>
    channels.includes(channel as Channel) && (names === undefined || Array.isArray(names));
  if (typeof routes === 'object' && routes && Object.entries(routes).every(isRoute)) return;
  throw new TypeError(
    `${name} must map channels (${channels.join(', ')}) to lists of transport names, got ${describe(routes)}`,
  );
}

export const deliveryOptions = {
  /** Required: the transports, see [delivery.md](delivery.md). Those that serve a channel are tried in this order, unless `routes` says otherwise. */
  transports: value<readonly Transport[]>(checkTransports),
  /** How codes are sent; for more than one way set `DELIVERY_ROUTES` instead. */
  DELIVERY_BACKEND: choice(senderNames, 'console'),
  /** Names of transports by channel, in the order in which they are tried: the next after a definite refusal. */
  routes: from('DELIVERY_ROUTES', {
    ...value<Routes>(checkRouteNames),
    allowed: `channels and their backends, such as \`email=smtp,ses;sms=twilio,vonage\`, of ${senderNames.join(', ')}`,
    parse: parseRoutes,
  }),
  /** Allow `console` delivery in production. */
  OTP_ALLOW_CONSOLE_DELIVERY: flag(false),
  /** Timeout of one message in milliseconds, over all its transports, 100 to 60 000. Default 5000. */
  deliveryTimeoutMs: from(
    'DELIVERY_TIMEOUT_MS',
    wholeNumber({ ...timeoutRange, default: 5000, unit: 'milliseconds' }),
  ),
  /**
   * Identities for app reviews and demos, each with a code that does not change until its last day. Nothing is sent to
   * them, every use is logged as a warning, and 20 wrong guesses in 46 days switch one off. Default: none.
   */
  testIdentities: from('OTP_TEST_IDENTITIES', {
    allowed: '`review@example.com=482931@2026-12-31` (identity, code, last day), entries separated by commas',
    default: [],
    isSecret: true,
    check: (entries, _name, { defaultCountry }) =>
      resolveTestIdentities(entries as TestIdentity[], { defaultCountry: defaultCountry as string }),
    parse: parseTestIdentities,
  } satisfies Row<readonly TestIdentity[], readonly TestIdentity[]>),
  /**
   * `direct`: the answer waits for the provider. `background`: messages wait in a queue in this process, and are lost with
   * it. Default: `direct`, but `background` with `gateAllow` or `shouldSend`, which need it.
   */
  deliveryMode: from('DELIVERY_MODE', { ...choice(deliveryModes), defaultText: 'direct' }),
  /** Capacity of the background queue, 1 to 100 000 messages; when full, requests answer 503 and count nothing. Default 1000. */
  deliveryQueueMax: from('DELIVERY_QUEUE_MAX', wholeNumber({ min: 1, max: 100_000, default: 1000 })),
  /**
   * With `shouldSend` or `gateAllow`, a message goes out at a random moment between a tenth of this and all of it, in
   * milliseconds, 0 to 60 000: if it were sent immediately, the caller could notice the work. Default 1000.
   */
  deliverySpreadMs: wholeNumber({ min: 0, max: 60_000, default: 1000 }),
};
