import type { Meaning } from '../core/refusal.js';
import { mean } from './meanings.js';

/**
 * Twilio's error codes (https://www.twilio.com/docs/api/errors). Others are judged by the status: any 4xx is the account's
 * fault.
 */
export const twilioErrors: Readonly<Record<string, Meaning>> = {
  // Not a number, a landline, our own, opted out, deactivated, or not on WhatsApp.
  ...mean('invalid_recipient', 21211, 21214, 21217, 21265, 21266, 21610, 21614, 21635),
  ...mean('invalid_recipient', 30005, 30006, 63003, 63024, 63031),
  // Switched off, blocked by the carrier or the person, in an experiment, or over marketing limits.
  ...mean(['unavailable', 'recipient'], 30003),
  ...mean(['rejected', 'recipient'], 30004, 63014, 63032, 63033, 63049, 63050),
  ...mean(['unknown', 'recipient'], 30008),
  // Credentials, what an API key may do, or an account that is suspended, inactive or on trial.
  ...mean('unauthorized', 10001, 10002, 20003, 20005, 20006, 20008, 30002, 57019, 63001),
  ...mean('unauthorized', 63020, 70051),
  // No such account, service or template.
  ...mean('rejected', 20404, 21654, 21655, 21656, 21701, 21702, 21703, 21704, 21705),
  // The sender: not ours, or not usable for this kind of message or this destination.
  ...mean('rejected', 21210, 21212, 21213, 21603, 21606, 21612, 21618, 21659, 21660, 21661, 21910),
  ...mean('rejected', 63002, 63007, 63015, 63016, 63021),
  // The country or carrier: not enabled, unregistered, filtered, or blocked by fraud protection.
  ...mean('rejected', 21216, 21408, 30007, 30010, 30018, 30024, 30032, 30034, 30038, 30040, 30450, 30453),
  // A trial account sends only to verified numbers.
  ...mean('rejected', 21219, 21608),
  // The limits of the account or of its sender.
  ...mean('rate_limited', 14107, 20429, 21611, 30001, 30022, 30023, 30027, 63017, 63018, 63038),
  // Maintenance: nothing was sent.
  ...mean('unavailable', 21730),
  // WhatsApp itself failed.
  ...mean('unknown', 63010, 63012),
};
