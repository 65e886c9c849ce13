import { randomUUID } from 'node:crypto';
import { channelsOf } from '../core/channels.js';
import { parseIdentity } from '../core/identity.js';
import type { Channel } from '../core/policy.js';
import { isDefinite } from '../core/refusal.js';
import { createRouter } from '../delivery/route.js';
import { createRenderer } from '../messages/render.js';
import { processClock } from '../monotonic-clock.js';
import type { SenderName } from '../options/delivery.js';
import { toOptions } from '../options/settings.js';
import { createOutcomes } from '../outcomes/outcomes.js';
import type { Content, Message, Receipt, Transport } from '../ports.js';
import { createBackend, listBackends } from './backends.js';
import { print, wrongUsage } from './command.js';
import type { Config } from './config.js';
import { sayRefusal } from './connect/say-refusal.js';

const say = (line: string) => print(`${line}\n`);

/**
 * Sends a sample code the way real ones are sent, and prints what each backend answers to standard output. Returns whether one
 * of them accepted the message.
 *
 * @throws OtpError `invalid_request` for an address or channel that no message can be sent to
 */
export async function sendTest(
  config: Config,
  address: string | undefined,
  channelName: string | undefined,
): Promise<boolean> {
  const transports = listBackends(config).map((name) => narrate(createBackend(name, config), name, config));
  const router = createRouter({
    transports,
    routes: config.DELIVERY_ROUTES,
    timeoutMs: config.DELIVERY_TIMEOUT_MS,
    clock: processClock,
    outcomes: createOutcomes([]),
  });
  const { to, channel } = findRecipient(config, address, channelName, router.serves);
  const message = writeTestMessage(config, to, channel);
  say(`to ${to} by ${channel}, with the sample code ${message.code}`);
  if (channel === 'whatsapp')
    say('WhatsApp shows an approved template, so the message may not say that it is a test.');
  const receipt = await router.send(message);
  if (receipt.ok) say(describeAcceptance(config));
  else if (isDefinite(receipt.category)) say('Nobody accepted the message.');
  else say(`The message may have been accepted: ${receipt.transport}: ${receipt.detail}.`);
  return receipt.ok;
}

/** No provider knows more than this when it answers. */
function describeAcceptance(config: Config): string {
  return listBackends(config).every((name) => name === 'console')
    ? 'Printed, and not sent: DELIVERY_BACKEND is console.'
    : 'Accepted, which does not mean that it arrived: look where it should arrive, and among spam.';
}

/** A transport that says what it does. */
function narrate(transport: Transport, name: SenderName, config: Config): Transport {
  return {
    ...transport,
    async send(message, options) {
      say(`${name}: sending …`);
      const startedAt = processClock.now();
      const receipt = await transport.send(message, options);
      say(`${name}: ${describeReceipt(receipt)}, after ${Math.round(processClock.now() - startedAt)} ms`);
      return receipt;
    },
  };

  function describeReceipt(receipt: Receipt): string {
    if (!receipt.ok) return sayRefusal(name, receipt, config);
    return receipt.id === undefined ? 'accepted' : `accepted, as ${receipt.id}`;
  }
}

function findRecipient(
  { OTP_DEFAULT_COUNTRY: defaultCountry }: Config,
  address: string | undefined,
  channelName: string | undefined,
  serves: (channel: Channel) => boolean,
): { to: string; channel: Channel } {
  if (address === undefined)
    throw wrongUsage('send-test needs an ADDRESS: an e-mail address or a phone number');
  const identity = parseIdentity(address, { defaultCountry });
  if (identity === 'ambiguous')
    throw wrongUsage(
      'send-test: ADDRESS could be two phone numbers; begin it with + and the code of its country',
    );
  if (identity === null)
    throw wrongUsage(
      'send-test: ADDRESS must be an e-mail address, or a phone number such as +4915112345678',
    );
  const served = channelsOf[identity.kind].filter(serves);
  const channel = channelName === undefined ? served[0] : served.find((name) => name === channelName);
  if (channel === undefined) {
    const by = channelName === undefined ? '' : ` by ${channelName}`;
    const others = served.length === 0 ? '' : `; by ${served.join(' or ')} one does`;
    throw wrongUsage(`send-test: no backend sends to this address${by}${others}`);
  }
  return { to: identity.value, channel };
}

function writeTestMessage(config: Config, to: string, channel: Channel): Message {
  const options = toOptions(config);
  const render = createRenderer({ ...options, isCodeInSubject: options.codeInSubject });
  const code = '0'.repeat(config.OTP_DIGITS);
  const expiresInSeconds = config.OTP_WINDOW_SECONDS;
  const content: Content = render({ channel, code, expiresInSeconds });
  return { id: randomUUID(), channel, to, code, expiresInSeconds, ...markAsTest(content, channel) };
}

const notice = 'This is a test: nobody asked for this code, and it opens nothing.';
/** Leaves most of the 160 characters of an SMS. */
const shortNotice = 'TEST, this code opens nothing.';

/** Says in a message, before anything else, that it is a test. */
export function markAsTest(content: Content, channel: Channel): Content {
  const { subject, text, html } = content;
  return {
    ...content,
    subject: `[Test] ${subject}`,
    text: channel === 'email' ? `${notice}\n\n${text}` : `${shortNotice}\n${text}`,
    ...(html === undefined ? {} : { html: insertIntoBody(html, `<p>${notice}</p>`) }),
  };
}

/** After the start tag of the body; templates may leave it out. */
function insertIntoBody(html: string, part: string): string {
  return /<body\b[^>]*>/i.test(html)
    ? html.replace(/<body\b[^>]*>/i, (tag) => `${tag}${part}`)
    : `${part}${html}`;
}
