import type { Transport } from '../ports.js';
import { dig } from './dig.js';
import { checkOptions, credential, matching, optional, someOf, withDefault } from './options.js';
import { createPostTransport, encodeBasic, type HttpOptions, httpChecks } from './post.js';
import { twilioErrors } from './twilio-errors.js';

export interface TwilioTransportOptions extends HttpOptions {
  /** `AC` and 32 hexadecimal digits. */
  accountSid: string;
  /** Of the account, or the secret of the API key. */
  authToken: string;
  /** `SK` and 32 hexadecimal digits: an API key of the account, which logs in instead of the account itself. */
  apiKeySid?: string | undefined;
  /** The sender: a number in E.164 form, a short code or up to 11 letters and digits. */
  from?: string | undefined;
  /** `MG` and 32 hexadecimal digits. Required without `from`. */
  messagingServiceSid?: string | undefined;
  /** Default `['sms']`, with `whatsappContentSid` `['sms', 'whatsapp']`. */
  channels?: readonly ('sms' | 'whatsapp')[] | undefined;
  /**
   * `HX` and 32 hexadecimal digits: an approved WhatsApp template whose variable 1 is the code. WhatsApp delivers free
   * text only within 24 hours of a message from the recipient. Default: none; if `channels` includes WhatsApp, the text
   * is sent.
   */
  whatsappContentSid?: string | undefined;
}

/** A name has a letter in it; more than eight digits are a number that lacks its `+`. */
const sender = /^(\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/;

/**
 * Sends SMS and WhatsApp messages through Twilio's Messages API.
 *
 * @throws TypeError or RangeError that names the wrong option
 */
export function createTwilioTransport(options: TwilioTransportOptions): Transport {
  const checked = checkOptions(options, {
    ...httpChecks('https://api.twilio.com'),
    accountSid: sid('AC', ' (an API key, SK…, is apiKeySid)'),
    authToken: credential,
    apiKeySid: optional(sid('SK')),
    from: optional(
      matching(sender, 'a number like +15005550006, a short code, or up to 11 letters and digits'),
    ),
    messagingServiceSid: optional(sid('MG')),
    channels: withDefault(
      options.whatsappContentSid === undefined ? ['sms'] : ['sms', 'whatsapp'],
      someOf(['sms', 'whatsapp']),
    ),
    whatsappContentSid: optional(sid('HX')),
  });
  const { accountSid, authToken, apiKeySid, from, messagingServiceSid, whatsappContentSid } = checked;
  if (from === undefined && messagingServiceSid === undefined) {
    throw new TypeError('one of from and messagingServiceSid must be given');
  }
  const account = `${checked.baseUrl}/2010-04-01/Accounts/${accountSid}`;
  const messages = `${account}/Messages.json`;
  const headers = { authorization: encodeBasic(apiKeySid ?? accountSid, authToken) };
  return createPostTransport(
    'twilio',
    checked.channels,
    checked,
    {
      findId: (body) => dig(body, 'sid'),
      findErrorCode: ({ body }) => dig(body, 'code'),
      codes: twilioErrors,
    },
    ({ channel, to, text, code, expiresInSeconds }) => {
      const prefix = channel === 'whatsapp' ? 'whatsapp:' : '';
      const form = new URLSearchParams({ To: `${prefix}${to}` });
      if (from !== undefined) form.set('From', `${prefix}${from}`);
      if (messagingServiceSid !== undefined) form.set('MessagingServiceSid', messagingServiceSid);
      if (channel === 'whatsapp' && whatsappContentSid !== undefined) {
        form.set('ContentSid', whatsappContentSid);
        form.set('ContentVariables', JSON.stringify({ 1: code }));
      } else {
        form.set('Body', text);
      }
      // Twilio drops the message once the code has expired, and advises against less than 5 seconds.
      form.set('ValidityPeriod', String(Math.max(5, expiresInSeconds)));
      return { url: messages, headers, body: form };
    },
    () =>
      apiKeySid === undefined
        ? // https://www.twilio.com/docs/iam/api/account
          { url: `${account}.json`, headers }
        : // An API key may not read the account. A message without a recipient needs no other right than any message.
          { method: 'POST', url: messages, headers, proves: isIncomplete },
  );
}

/** Something that a message needs is missing: the request was authorized. */
function isIncomplete(code: unknown): boolean {
  return [21602, 21603, 21604].includes(Number(code));
}

function sid(prefix: string, hint = '') {
  return matching(new RegExp(`^${prefix}[0-9a-fA-F]{32}$`), `${prefix} and 32 hexadecimal digits${hint}`);
}
