import type { Meaning } from '../../src/core/refusal.js';
import type { Channel, Transport } from '../../src/index.js';
import type { Fetch } from '../../src/transports/post.js';
import { createResendTransport } from '../../src/transports/resend.js';
import { resendErrors } from '../../src/transports/resend-errors.js';
import { createSesTransport } from '../../src/transports/ses.js';
import { sesErrors } from '../../src/transports/ses-errors.js';
import { createTwilioTransport } from '../../src/transports/twilio.js';
import { twilioErrors } from '../../src/transports/twilio-errors.js';
import { createVonageTransport } from '../../src/transports/vonage.js';
import { vonageStatuses } from '../../src/transports/vonage-statuses.js';
import { createWebhookTransport } from '../../src/transports/webhook.js';
import { createWhatsAppTransport } from '../../src/transports/whatsapp.js';
import { whatsAppErrors } from '../../src/transports/whatsapp-errors.js';
import type { StubAnswer } from './http-stub.js';

/** How one provider accepts and refuses. */
export interface Provider {
  channel: Channel;
  create(baseUrl: string, fetch?: Fetch): Transport;
  accept: StubAnswer;
  /** What each of its codes means. */
  table: Readonly<Record<string, Meaning>>;
  refuse(code: string, status?: number): StubAnswer;
  /** Codes for a recipient that is busy or does not receive for now. */
  busy: string[];
  /** Where it is told the id of the request; null for one that takes none. */
  requestId: {
    find(body: string, headers: Record<string, unknown>): unknown;
    /** Tags have no dots. */
    isTag?: true;
    /** For a provider that wants a reference in any case: the id of the message. */
    isRequired?: true;
  } | null;
}

/** The value of one tag, in a list of names and values. */
const findTag = (tags: { name?: string; Name?: string; value?: string; Value?: string }[] = []) =>
  tags.filter(({ name, Name = name }) => Name === 'request_id').map(({ value, Value = value }) => Value)[0];

const from = 'codes@example.org';
const accountSid = 'AC0123456789abcdef0123456789abcdef';

/** Every provider over HTTP. */
export const providers: Record<string, Provider> = {
  twilio: {
    channel: 'sms',
    create: (baseUrl, fetch) =>
      createTwilioTransport({ accountSid, authToken: 'token', from: '+15005550006', baseUrl, fetch }),
    accept: { status: 201, body: { sid: 'SM1' } },
    table: twilioErrors,
    refuse: (code, status = 400) => ({ status, body: { code: Number(code), status } }),
    busy: ['30003', '30004', '21610'],
    requestId: null,
  },
  vonage: {
    channel: 'sms',
    create: (baseUrl, fetch) =>
      createVonageTransport({ apiKey: 'key', apiSecret: 'secret', from: 'Us', baseUrl, fetch }),
    accept: { status: 200, body: { messages: [{ status: '0', 'message-id': 'x' }] } },
    table: vonageStatuses,
    refuse: (status) => ({ status: 200, body: { messages: [{ status }] } }),
    busy: ['6', '7', '33'],
    requestId: { find: (body) => new URLSearchParams(body).get('client-ref'), isRequired: true },
  },
  whatsapp: {
    channel: 'whatsapp',
    create: (baseUrl, fetch) =>
      createWhatsAppTransport({ token: 'token', phoneNumberId: '1', template: 'code', baseUrl, fetch }),
    accept: { status: 200, body: { messages: [{ id: 'wamid' }] } },
    table: whatsAppErrors,
    refuse: (code, status = 400) => ({ status, body: { error: { code: Number(code) } } }),
    busy: ['131056', '131049', '130472'],
    requestId: { find: (body) => JSON.parse(body).biz_opaque_callback_data },
  },
  ses: {
    channel: 'email',
    create: (baseUrl, fetch) =>
      createSesTransport({
        region: 'eu-central-1',
        accessKeyId: 'AK',
        secretAccessKey: 'SK',
        from,
        baseUrl,
        fetch,
      }),
    accept: { status: 200, body: { MessageId: 'x' } },
    table: sesErrors,
    refuse: (code, status = 400) => ({ status, headers: { 'x-amzn-errortype': code } }),
    busy: ['MessageRejected', 'BadRequestException'],
    requestId: { find: (body) => findTag(JSON.parse(body).EmailTags), isTag: true },
  },
  resend: {
    channel: 'email',
    create: (baseUrl, fetch) => createResendTransport({ apiKey: 're_key', from, baseUrl, fetch }),
    accept: { status: 200, body: { id: 'x' } },
    table: resendErrors,
    refuse: (name, status = 422) => ({ status, body: { name } }),
    busy: ['validation_error', 'concurrent_idempotent_requests'],
    requestId: { find: (body) => findTag(JSON.parse(body).tags), isTag: true },
  },
  webhook: {
    channel: 'email',
    create: (baseUrl, fetch) =>
      createWebhookTransport({
        url: baseUrl,
        secret: Buffer.alloc(32, 7).toString('base64'),
        allowInsecureHttp: true,
        allowPrivateTargets: true,
        fetch,
      }),
    accept: { status: 204 },
    table: {},
    refuse: (_code, status = 422) => ({ status }),
    busy: ['422'],
    requestId: { find: (_body, headers) => headers['x-request-id'] },
  },
};
