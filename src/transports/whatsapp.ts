import type { Transport } from '../ports.js';
import { dig } from './dig.js';
import { checkOptions, credential, matching, withDefault } from './options.js';
import { createPostTransport, type HttpOptions, httpChecks } from './post.js';
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
  const { token, phoneNumberId, template, languages, apiVersion, baseUrl, ...client } = checkOptions(
    options,
    {
      ...httpChecks('https://graph.facebook.com'),
      token: credential,
      phoneNumberId: matching(/^\d{1,32}$/, 'digits'),
      template: matching(/^[a-z0-9_]{1,512}$/, 'lower case letters, digits and _'),
      languages: withDefault(['en_US'], (value, name) => {
        const list = Array.isArray(value) ? value : [];
        if (list.length === 0) throw new RangeError('languages must not be empty');
        return list.map((one) => matching(/^[a-z]{2,3}(_[A-Z]{2})?$/, 'like en or en_US')(one, name));
      }),
      apiVersion: withDefault('v25.0', matching(/^v\d{1,3}\.\d$/, 'like v25.0')),
    },
  );
  const sender = `${baseUrl}/${apiVersion}/${phoneNumberId}`;
  const headers = { authorization: `Bearer ${token}` };
  return createPostTransport(
    'whatsapp',
    ['whatsapp'],
    client,
    {
      findId: (body) => dig(body, 'messages', 0, 'id'),
      findErrorCode: ({ body }) => dig(body, 'error', 'code'),
      codes: whatsAppErrors,
    },
    ({ to, code, locale, requestId }) => ({
      url: `${sender}/messages`,
      headers,
      body: {
        messaging_product: 'whatsapp',
        recipient_type: 'individual',
        to,
        biz_opaque_callback_data: requestId, // returned in delivery reports
        type: 'template',
        template: {
          name: template,
          language: { code: chooseLanguage(languages, locale) },
          components: [
            { type: 'body', parameters: [{ type: 'text', text: code }] },
            { type: 'button', sub_type: 'url', index: '0', parameters: [{ type: 'text', text: code }] },
          ],
        },
      },
    }),
    () => ({ url: sender, headers }),
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
