import type { Transport } from '../ports.js';
import { requireCredential, requireText } from './options.js';
import { createPostTransport, dig, type HttpOptions, resolveHttpOptions } from './post.js';
import { whatsAppErrors } from './whatsapp-errors.js';

export interface WhatsAppTransportOptions extends HttpOptions {
  /** Access token of a system user with the permission `whatsapp_business_messaging`. */
  token: string;
  /** The id of the sending number, not the number itself. */
  phoneNumberId: string;
  /** Name of an approved authentication template with a copy-code or one-tap button. */
  template: string;
  /**
   * Languages in which the template is approved, in Meta's notation. The language of the message is used if listed, else
   * the first. Default `['en_US']`.
   */
  languages?: readonly string[] | undefined;
  /** Version of the Graph API. Default `v25.0`. */
  apiVersion?: string | undefined;
}

/**
 * Sends codes through Meta's WhatsApp Cloud API. Only the template's name and the code are sent: WhatsApp writes the text.
 *
 * @throws TypeError or RangeError that names the wrong option
 */
export function createWhatsAppTransport(options: WhatsAppTransportOptions): Transport {
  const client = resolveHttpOptions(options, 'https://graph.facebook.com', [
    'token',
    'phoneNumberId',
    'template',
    'languages',
    'apiVersion',
  ]);
  const { languages = ['en_US'], apiVersion = 'v25.0' } = options;
  const token = requireCredential(options.token, 'token');
  const phoneNumberId = requireText(options.phoneNumberId, 'phoneNumberId', /^\d{1,32}$/, 'digits');
  const namePattern = /^[a-z0-9_]{1,512}$/;
  const name = requireText(options.template, 'template', namePattern, 'lower case letters, digits and _');
  requireText(apiVersion, 'apiVersion', /^v\d{1,3}\.\d$/, 'like v25.0');
  if (languages.length === 0) throw new RangeError('languages must not be empty');
  for (const language of languages) {
    requireText(language, 'languages', /^[a-z]{2,3}(_[A-Z]{2})?$/, 'like en or en_US');
  }
  return createPostTransport(
    'whatsapp',
    ['whatsapp'],
    client,
    {
      findId: (body) => dig(body, 'messages', 0, 'id'),
      findErrorCode: ({ body }) => dig(body, 'error', 'code'),
      codes: whatsAppErrors,
    },
    ({ to, code, locale }) => ({
      url: `${client.baseUrl}/${apiVersion}/${phoneNumberId}/messages`,
      headers: { authorization: `Bearer ${token}` },
      body: {
        messaging_product: 'whatsapp',
        recipient_type: 'individual',
        to,
        type: 'template',
        template: {
          name,
          language: { code: chooseLanguage(languages, locale) },
          components: [
            { type: 'body', parameters: [{ type: 'text', text: code }] },
            { type: 'button', sub_type: 'url', index: '0', parameters: [{ type: 'text', text: code }] },
          ],
        },
      },
    }),
  );
}

function chooseLanguage(languages: readonly string[], locale: string): string | undefined {
  const wanted = locale.replace('-', '_');
  const base = wanted.replace(/_.*$/, '');
  return (
    languages.find((language) => language === wanted) ??
    languages.find((language) => language.replace(/_.*$/, '') === base) ??
    languages[0]
  );
}
