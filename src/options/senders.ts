import type { Transport } from '../ports.js';
import { createConsoleTransport } from '../transports/console.js';
import { createResendTransport } from '../transports/resend.js';
import { createSesTransport } from '../transports/ses.js';
import { createSmtpTransport } from '../transports/smtp.js';
import { smtpPorts } from '../transports/smtp-port.js';
import { createTwilioTransport } from '../transports/twilio.js';
import { createVonageTransport } from '../transports/vonage.js';
import { createWebhookTransport } from '../transports/webhook.js';
import { webhookSecretForm } from '../transports/webhook-signature.js';
import { createWhatsAppTransport } from '../transports/whatsapp.js';
import type { SenderName } from './delivery.js';
import { type AnyRow, flag, list, secret, text, wholeNumber } from './row.js';

/** Says which option of the transport a setting is. What it may hold, the transport checks. */
function passedAs<Kind extends AnyRow>(option: string, row: Kind) {
  return { ...row, option, isRequired: false };
}

/** As `passedAs`, for an option that the transport requires. */
function requiredAs<Kind extends AnyRow>(option: string, row: Kind) {
  return { ...row, option, isRequired: true };
}

const sender = '`codes@example.com` or `Example <codes@example.com>`';
const line = text('text');
const sid = (prefix: string) => text(`\`${prefix}\` and 32 hexadecimal digits`);

const smtp = {
  /** The mail server of `smtp`. */
  SMTP_HOST: requiredAs('host', text('a host name or address')),
  /** Port of the server. Default: 587, or 465 with `SMTP_SECURE=true`. */
  SMTP_PORT: passedAs('port', wholeNumber(smtpPorts)),
  /** Without it there is no authentication. */
  SMTP_USERNAME: passedAs('username', line),
  /** Password of that user. */
  SMTP_PASSWORD: passedAs('password', secret()),
  /** The sender of `smtp`. */
  SMTP_FROM: requiredAs('from', text(sender)),
  /** The name for `EHLO`. Default: the domain of `SMTP_FROM`. */
  SMTP_NAME: passedAs('name', text('a domain, or an address in `[]`')),
  /** `true`: TLS from the start, the default with port 465 or 2465; `false`: STARTTLS when offered. */
  SMTP_SECURE: passedAs('secure', flag()),
  /** Refuse to send without TLS. Default: in production, `true` for a server outside private networks; else `false`. */
  SMTP_REQUIRE_TLS: passedAs('requireTls', flag()),
  /** The name that the server's certificate must contain. Default: `SMTP_HOST`. */
  SMTP_TLS_SERVERNAME: passedAs('tls.servername', text('a host name')),
  /** Where access tokens are fetched: `SMTP_USERNAME` then logs in by OAuth 2.0, without a password. */
  SMTP_OAUTH_TOKEN_URL: passedAs('oauth.tokenUrl', text('a URL with https, or http on this machine')),
  /** With `SMTP_OAUTH_TOKEN_URL`. */
  SMTP_OAUTH_CLIENT_ID: passedAs('oauth.clientId', line),
  /** With `SMTP_OAUTH_TOKEN_URL`. */
  SMTP_OAUTH_CLIENT_SECRET: passedAs('oauth.clientSecret', secret()),
  /** The scope of the tokens; this or `SMTP_OAUTH_REFRESH_TOKEN`. */
  SMTP_OAUTH_SCOPE: passedAs('oauth.scope', text('words with spaces between them')),
  /** For the refresh token grant; without it, tokens come from the client credentials grant. */
  SMTP_OAUTH_REFRESH_TOKEN: passedAs('oauth.refreshToken', secret()),
};

const twilio = {
  /** For `twilio`. */
  TWILIO_ACCOUNT_SID: requiredAs('accountSid', sid('AC')),
  /** For `twilio`; with `TWILIO_API_KEY_SID`, the secret of that key. */
  TWILIO_AUTH_TOKEN: requiredAs('authToken', secret()),
  /** An API key of the account: its secret is revoked alone, and a restricted key may only send. */
  TWILIO_API_KEY_SID: passedAs('apiKeySid', sid('SK')),
  /** The sender of `twilio`; this or `TWILIO_MESSAGING_SERVICE_SID`. */
  TWILIO_FROM_NUMBER: passedAs('from', text('a number such as `+14155550123`')),
  /** The sender of `twilio`; this or `TWILIO_FROM_NUMBER`. */
  TWILIO_MESSAGING_SERVICE_SID: passedAs('messagingServiceSid', sid('MG')),
  /** An approved WhatsApp template whose variable 1 is the code; without it `twilio` sends no WhatsApp messages. */
  TWILIO_WHATSAPP_CONTENT_SID: passedAs('whatsappContentSid', sid('HX')),
};

const webhook = {
  /** Where `webhook` posts. */
  WEBHOOK_URL: requiredAs('url', text('a URL with https')),
  /** Signs what `webhook` posts. */
  WEBHOOK_SECRET: requiredAs('secret', secret(webhookSecretForm)),
  /** Let `webhook` post codes over http. */
  WEBHOOK_ALLOW_INSECURE_HTTP: passedAs('allowInsecureHttp', flag(false)),
  /** Let `webhook` post to loopback, private and link-local addresses. */
  WEBHOOK_ALLOW_PRIVATE_TARGETS: passedAs('allowPrivateTargets', flag(false)),
};

const ses = {
  /** For `ses`. */
  AWS_REGION: requiredAs('region', text('a region such as `eu-central-1`')),
  /** For `ses`. */
  AWS_ACCESS_KEY_ID: requiredAs('accessKeyId', line),
  /** For `ses`. */
  AWS_SECRET_ACCESS_KEY: requiredAs('secretAccessKey', secret()),
  /** For `ses`, with temporary keys; they are not renewed. */
  AWS_SESSION_TOKEN: passedAs('sessionToken', secret()),
  /** The sender of `ses`. */
  SES_FROM: requiredAs('from', text(sender)),
};

const resend = {
  /** For `resend`. */
  RESEND_API_KEY: requiredAs('apiKey', secret()),
  /** The sender of `resend`. */
  RESEND_FROM: requiredAs('from', text(sender)),
};

const vonage = {
  /** For `vonage`. */
  VONAGE_API_KEY: requiredAs('apiKey', line),
  /** For `vonage`. */
  VONAGE_API_SECRET: requiredAs('apiSecret', secret()),
  /** The sender of `vonage`. */
  VONAGE_FROM: requiredAs('from', text('a number without `+`, or up to 11 letters and digits')),
};

const whatsapp = {
  /** For `whatsapp`. */
  WHATSAPP_TOKEN: requiredAs('token', secret()),
  /** The sending number of `whatsapp`. */
  WHATSAPP_PHONE_NUMBER_ID: requiredAs('phoneNumberId', text('digits')),
  /** What `whatsapp` sends. */
  WHATSAPP_TEMPLATE: requiredAs('template', text('the name of an approved authentication template')),
  /** Languages in which the template is approved; the message's language is used if listed, else the first. */
  WHATSAPP_LANGUAGES: passedAs(
    'languages',
    list('languages as Meta writes them, such as `en_US`', /./, { default: ['en_US'] }),
  ),
};

export const senderSettings = { ...smtp, ...twilio, ...webhook, ...ses, ...resend, ...vonage, ...whatsapp };

export interface Sender {
  /** By setting: which option of the transport it is. */
  settings: Record<string, AnyRow & { option: string; isRequired: boolean }>;
  /** Whether messages to phones, which cost, can go out this way. */
  reachesPhones: boolean;
  /** @throws TypeError or RangeError that begins with the option that is wrong */
  // biome-ignore lint/suspicious/noExplicitAny: each transport checks its own options
  create(options: any): Transport;
}

export const senders: Record<SenderName, Sender> = {
  console: { settings: {}, reachesPhones: false, create: createConsoleTransport },
  smtp: { settings: smtp, reachesPhones: false, create: createSmtpTransport },
  twilio: { settings: twilio, reachesPhones: true, create: createTwilioTransport },
  webhook: { settings: webhook, reachesPhones: true, create: createWebhookTransport },
  ses: { settings: ses, reachesPhones: false, create: createSesTransport },
  resend: { settings: resend, reachesPhones: false, create: createResendTransport },
  vonage: { settings: vonage, reachesPhones: true, create: createVonageTransport },
  whatsapp: { settings: whatsapp, reachesPhones: true, create: createWhatsAppTransport },
};
