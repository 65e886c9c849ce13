import { deliveryModes } from '../core/policy.js';
import { otpNumbers } from '../otp.js';
import { isSender, isTestIdentities } from './accepted.js';
import { backendNames, readRoutes } from './routes.js';
import { choice, flag, list, optionalFlag, optionalNumber, secret, text, wholeNumber } from './settings.js';

const delivery = 'Delivery';

/** The part of the environment that says how codes reach people. */
export const deliverySettings = {
  DELIVERY_BACKEND: choice(backendNames, 'console', {
    group: delivery,
    description: 'How codes are sent; for more than one way set `DELIVERY_ROUTES` instead',
  }),
  DELIVERY_ROUTES: text({
    group: delivery,
    allowed: `channels and their backends, such as \`email=smtp,ses;sms=twilio,vonage\`, of ${backendNames.join(', ')}`,
    description: 'Backends by channel, in the order in which they are tried; wins over `DELIVERY_BACKEND`',
  }).refine((value) => value === undefined || readRoutes(value) !== null),
  OTP_ALLOW_CONSOLE_DELIVERY: flag({
    group: delivery,
    description: 'Allow `console` delivery in production',
  }),
  DELIVERY_TIMEOUT_MS: wholeNumber(otpNumbers.deliveryTimeoutMs, {
    unit: 'milliseconds',
    group: delivery,
    description: 'Limit on one delivery',
  }),
  OTP_TEST_IDENTITIES: secret({
    group: delivery,
    allowed:
      '`review@example.com=482931@2026-12-31` (identity, code, last day), entries with commas between them',
    check: isTestIdentities,
    description:
      'Identities for app reviews and demos that are sent nothing and have this code until that day',
  }),
  DELIVERY_MODE: choice(deliveryModes, 'direct', {
    group: delivery,
    description:
      '`direct`: an answer waits for the provider; `background`: messages wait in a queue of this process',
  }),
  DELIVERY_QUEUE_MAX: wholeNumber(otpNumbers.deliveryQueueMax, {
    group: delivery,
    description: 'Most messages in the background; when full, requests answer 503 and count nothing',
  }),
  SMTP_HOST: text({
    group: delivery,
    allowed: 'a host name or address',
    description: 'For `smtp`',
  }),
  SMTP_PORT: optionalNumber(
    { min: 1, max: 65_535 },
    { group: delivery, description: 'Port of the server; default: 587, or 465 with `SMTP_SECURE=true`' },
  ),
  SMTP_USERNAME: text({
    group: delivery,
    allowed: 'text',
    description: 'Without it there is no authentication',
  }),
  SMTP_PASSWORD: secret({
    group: delivery,
    allowed: 'text',
    check: () => true,
    description: 'Password of that user',
  }),
  SMTP_FROM: text({
    group: delivery,
    allowed: '`codes@example.com` or `Example <codes@example.com>`',
    description: 'The sender of `smtp`',
  }).refine((value) => value === undefined || isSender(value)),
  SMTP_NAME: text({
    group: delivery,
    allowed: 'a domain, or an address in `[]`',
    description: 'What the server is greeted with; default: the domain of `SMTP_FROM`',
  }),
  SMTP_SECURE: optionalFlag({
    group: delivery,
    description:
      '`true`: TLS from the start, the default with port 465 or 2465; `false`: STARTTLS when offered',
  }),
  SMTP_REQUIRE_TLS: flag({ group: delivery, description: 'Refuse to send without TLS' }),
  SMTP_TLS_SERVERNAME: text({
    group: delivery,
    allowed: 'a host name',
    description: 'The name that the certificate of the server must hold; default: `SMTP_HOST`',
  }),
  SMTP_OAUTH_TOKEN_URL: text({
    group: delivery,
    allowed: 'a URL with https, or http on this machine',
    description:
      'Where access tokens are fetched: `SMTP_USERNAME` then logs in by OAuth 2.0, without a password',
  }),
  SMTP_OAUTH_CLIENT_ID: text({
    group: delivery,
    allowed: 'text',
    description: 'With `SMTP_OAUTH_TOKEN_URL`',
  }),
  SMTP_OAUTH_CLIENT_SECRET: secret({
    group: delivery,
    allowed: 'text',
    check: () => true,
    description: 'With `SMTP_OAUTH_TOKEN_URL`',
  }),
  SMTP_OAUTH_SCOPE: text({
    group: delivery,
    allowed: 'words with spaces between them',
    description: 'What tokens are asked for; this or `SMTP_OAUTH_REFRESH_TOKEN`',
  }),
  SMTP_OAUTH_REFRESH_TOKEN: secret({
    group: delivery,
    allowed: 'text',
    check: () => true,
    description: 'What tokens are fetched with; without it, the client itself is granted them',
  }),

  TWILIO_ACCOUNT_SID: text({
    group: delivery,
    allowed: '`AC` and 32 hexadecimal digits',
    description: 'For `twilio`',
  }),
  TWILIO_AUTH_TOKEN: secret({
    group: delivery,
    allowed: 'text',
    check: () => true,
    description: 'For `twilio`',
  }),
  TWILIO_FROM_NUMBER: text({
    group: delivery,
    allowed: 'a number such as `+14155550123`',
    description: 'The sender of `twilio`; this or `TWILIO_MESSAGING_SERVICE_SID`',
  }),
  TWILIO_MESSAGING_SERVICE_SID: text({
    group: delivery,
    allowed: '`MG` and 32 hexadecimal digits',
    description: 'The sender of `twilio`; this or `TWILIO_FROM_NUMBER`',
  }),
  TWILIO_WHATSAPP_CONTENT_SID: text({
    group: delivery,
    allowed: '`HX` and 32 hexadecimal digits',
    description:
      'An approved WhatsApp template whose variable 1 is the code; without it `twilio` sends no WhatsApp messages',
  }),
  WEBHOOK_URL: text({ group: delivery, allowed: 'a URL with https', description: 'Where `webhook` posts' }),
  WEBHOOK_SECRET: secret({
    group: delivery,
    allowed: '`whsec_` and base64, or base64 alone, of 24 to 64 bytes',
    check: () => true,
    description: 'Signs what `webhook` posts',
  }),
  WEBHOOK_ALLOW_INSECURE_HTTP: flag({ group: delivery, description: 'Let `webhook` post codes over http' }),
  WEBHOOK_ALLOW_PRIVATE_TARGETS: flag({
    group: delivery,
    description: 'Let `webhook` post to loopback, private and link-local addresses',
  }),
  AWS_REGION: text({ group: delivery, allowed: 'a region such as `eu-central-1`', description: 'For `ses`' }),
  AWS_ACCESS_KEY_ID: text({ group: delivery, allowed: 'text', description: 'For `ses`' }),
  AWS_SECRET_ACCESS_KEY: secret({
    group: delivery,
    allowed: 'text',
    check: () => true,
    description: 'For `ses`',
  }),
  AWS_SESSION_TOKEN: secret({
    group: delivery,
    allowed: 'text',
    check: () => true,
    description: 'For `ses`, with temporary keys; they are not renewed',
  }),
  SES_FROM: text({
    group: delivery,
    allowed: 'a sender as in `SMTP_FROM`',
    description: 'The sender of `ses`',
  }),
  RESEND_API_KEY: secret({
    group: delivery,
    allowed: 'text',
    check: () => true,
    description: 'For `resend`',
  }),
  RESEND_FROM: text({
    group: delivery,
    allowed: 'a sender as in `SMTP_FROM`',
    description: 'The sender of `resend`',
  }),
  VONAGE_API_KEY: text({ group: delivery, allowed: 'text', description: 'For `vonage`' }),
  VONAGE_API_SECRET: secret({
    group: delivery,
    allowed: 'text',
    check: () => true,
    description: 'For `vonage`',
  }),
  VONAGE_FROM: text({
    group: delivery,
    allowed: 'a number without `+`, or up to 11 letters and digits',
    description: 'The sender of `vonage`',
  }),
  WHATSAPP_TOKEN: secret({
    group: delivery,
    allowed: 'text',
    check: () => true,
    description: 'For `whatsapp`',
  }),
  WHATSAPP_PHONE_NUMBER_ID: text({
    group: delivery,
    allowed: 'digits',
    description: 'The sending number of `whatsapp`',
  }),
  WHATSAPP_TEMPLATE: text({
    group: delivery,
    allowed: 'the name of an approved authentication template',
    description: 'What `whatsapp` sends',
  }),

  WHATSAPP_LANGUAGES: list('en_US', {
    group: delivery,
    allowed: 'languages as Meta writes them, such as `en_US`, with commas between them',
    pattern: /^[a-z]{2,3}(_[A-Za-z]{2,4})?$/,
    description:
      'Languages that the template is approved in; the one of the message is taken, else the first',
  }),
};
