import type { Transport } from '../ports.js';
import { createConsoleTransport } from '../transports/console.js';
import type { Inbox } from '../transports/inbox.js';
import { createResendTransport } from '../transports/resend.js';
import { createSesTransport } from '../transports/ses.js';
import { createTwilioTransport } from '../transports/twilio.js';
import { createVonageTransport } from '../transports/vonage.js';
import { createWebhookTransport } from '../transports/webhook.js';
import { createWhatsAppTransport } from '../transports/whatsapp.js';
import type { Environment, SettingName } from './environment.js';
import { type BackendName, type Routes, readRoutes } from './routes.js';
import { createSmtpBackend, findSmtpProblems, nameSmtpSetting } from './smtp-backend.js';

/** The settings that each backend cannot do without. */
const required: Record<BackendName, readonly SettingName[]> = {
  console: [],
  smtp: ['SMTP_HOST', 'SMTP_FROM'],
  twilio: ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN'],
  webhook: ['WEBHOOK_URL', 'WEBHOOK_SECRET'],
  ses: ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'SES_FROM'],
  resend: ['RESEND_API_KEY', 'RESEND_FROM'],
  vonage: ['VONAGE_API_KEY', 'VONAGE_API_SECRET', 'VONAGE_FROM'],
  whatsapp: ['WHATSAPP_TOKEN', 'WHATSAPP_PHONE_NUMBER_ID', 'WHATSAPP_TEMPLATE'],
};

/** The routes that are configured, if any. */
export function readConfiguredRoutes({ DELIVERY_ROUTES }: Environment): Routes | undefined {
  return DELIVERY_ROUTES === undefined ? undefined : (readRoutes(DELIVERY_ROUTES) ?? undefined);
}

/** The backends in use, each once. */
export function listBackends(config: Environment): BackendName[] {
  const routes = readConfiguredRoutes(config);
  return routes ? [...new Set(Object.values(routes).flat())] : [config.DELIVERY_BACKEND];
}

/** @throws TypeError or RangeError that names the option that is wrong */
export function createBackend(name: BackendName, config: Environment, inbox?: Inbox): Transport {
  const read = (setting: SettingName) => String(config[setting] ?? '');
  switch (name) {
    case 'console':
      return createConsoleTransport({ inbox });
    case 'smtp':
      return createSmtpBackend(config);
    case 'twilio':
      return createTwilioTransport({
        accountSid: read('TWILIO_ACCOUNT_SID'),
        authToken: read('TWILIO_AUTH_TOKEN'),
        from: config.TWILIO_FROM_NUMBER,
        messagingServiceSid: config.TWILIO_MESSAGING_SERVICE_SID,
        whatsappContentSid: config.TWILIO_WHATSAPP_CONTENT_SID,
      });
    case 'webhook':
      return createWebhookTransport({
        url: read('WEBHOOK_URL'),
        secret: read('WEBHOOK_SECRET'),
        allowInsecureHttp: config.WEBHOOK_ALLOW_INSECURE_HTTP,
        allowPrivateTargets: config.WEBHOOK_ALLOW_PRIVATE_TARGETS,
      });
    case 'ses':
      return createSesTransport({
        region: read('AWS_REGION'),
        accessKeyId: read('AWS_ACCESS_KEY_ID'),
        secretAccessKey: read('AWS_SECRET_ACCESS_KEY'),
        sessionToken: config.AWS_SESSION_TOKEN,
        from: read('SES_FROM'),
      });
    case 'resend':
      return createResendTransport({ apiKey: read('RESEND_API_KEY'), from: read('RESEND_FROM') });
    case 'vonage':
      return createVonageTransport({
        apiKey: read('VONAGE_API_KEY'),
        apiSecret: read('VONAGE_API_SECRET'),
        from: read('VONAGE_FROM'),
      });
    case 'whatsapp':
      return createWhatsAppTransport({
        token: read('WHATSAPP_TOKEN'),
        phoneNumberId: read('WHATSAPP_PHONE_NUMBER_ID'),
        template: read('WHATSAPP_TEMPLATE'),
        languages: config.WHATSAPP_LANGUAGES,
      });
  }
}

/** What is wrong with the backends in use and their routes, one line each. */
export function findBackendProblems(config: Environment): string[] {
  const problems: string[] = [];
  for (const name of listBackends(config)) {
    const missing = required[name].filter((setting) => config[setting] === undefined);
    problems.push(...missing.map((setting) => `${setting}: required with ${name} delivery`));
    const contradictions = name === 'smtp' ? findSmtpProblems(config) : [];
    problems.push(...contradictions);
    if (missing.length + contradictions.length > 0) continue;
    try {
      const { channels } = createBackend(name, config);
      for (const [channel, names] of Object.entries(readConfiguredRoutes(config) ?? {})) {
        if (names.includes(name) && !channels.some((served) => served === channel)) {
          problems.push(
            `DELIVERY_ROUTES: ${name} does not serve ${channel}; it serves ${channels.join(', ')}`,
          );
        }
      }
    } catch (error) {
      const { message } = error as Error;
      const named = name === 'smtp' ? nameSmtpSetting(message, config) : undefined;
      problems.push(named ?? `settings of ${name} delivery: ${message}`);
    }
  }
  return problems;
}
