import type { Meaning } from '../core/refusal.js';
import { mean } from './meanings.js';

/** Missing or withdrawn permissions: 200 to 299. */
const permissions = Array.from({ length: 100 }, (_, index) => 200 + index);

/**
 * Meta's error codes (https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes/).
 * Others are judged by the status: any 4xx is the account's fault.
 */
export const whatsAppErrors: Readonly<Record<string, Meaning>> = {
  // Our own number, or not on WhatsApp.
  ...mean('invalid_recipient', 131021, 131026),
  // Too many messages to this recipient.
  ...mean(['rate_limited', 'recipient'], 131056),
  // In an experiment, over marketing limits, or opted out.
  ...mean(['rejected', 'recipient'], 130472, 131049, 131050),
  // The token, its permissions, or an account that is restricted, locked or cannot pay.
  ...mean('unauthorized', 0, 3, 10, 190, ...permissions, 368, 131005, 131031, 131042, 131045),
  // The limits of the app, the account or the number.
  ...mean('rate_limited', 4, 17, 32, 613, 80007, 130429, 131048, 133016),
  // The number: deleted, not registered, without an approved name, or not for this country.
  ...mean('rejected', 33, 130497, 131037, 133000, 133005, 133006, 133008, 133009, 133010, 133015),
  // A test number sends only to listed numbers.
  ...mean('rejected', 131030),
  // The request or the template.
  ...mean('rejected', 100, 131008, 131009, 131047, 131051, 135000),
  ...mean('rejected', 132000, 132001, 132005, 132007, 132012, 132015, 132016, 132018, 132068, 132069),
  // Meta's own failures.
  ...mean('unknown', 2, 131000, 131016, 133004),
  // Maintenance: nothing was sent.
  ...mean(['unavailable', 'account'], 131057),
};
