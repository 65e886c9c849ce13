import { explainConnection, privateTarget } from '../core/connection-causes.js';
import { type Fault, faultOf, type Refusal, type RefusalCategory } from '../core/refusal.js';

const url = "the provider's URL";
const hints = { address: url, tls: url, certificateName: url };

/** What a refusal means, by its category, and also by its fault where the category alone does not say. */
const causes: Record<RefusalCategory, string | Record<Fault, string>> = {
  invalid_recipient: 'the provider cannot reach this recipient',
  rejected: {
    recipient: 'the provider does not deliver to this recipient',
    account: 'the provider refuses the message: its sender, content or country, or a setting of the account',
    connection: 'the provider refuses messages',
  },
  unauthorized: 'the provider refuses the credentials, or the account may not send',
  rate_limited: {
    recipient: 'the provider limits messages to this recipient',
    account: 'the limit of the account at the provider is reached',
    connection: 'the provider limits messages',
  },
  unavailable: {
    recipient: 'the provider cannot reach this recipient at the moment',
    account: 'the provider takes no messages of this account at the moment',
    connection: 'the provider cannot be reached, or takes no messages at the moment',
  },
  timeout: 'the provider did not answer in time: the message may have been sent',
  unknown: 'the provider failed: the message may have been sent',
};

/** Why a message was refused, in words: from its transport, or from its category and codes. */
export function sayCause(refusal: Refusal): string {
  const { category, detail, cause } = refusal;
  if (cause !== undefined) return cause;
  if (detail === privateTarget) {
    return 'the URL leads to an address that is not public: see WEBHOOK_ALLOW_PRIVATE_TARGETS (allowPrivateTargets)';
  }
  if (/^HTTP 30[12378]\b/.test(detail)) {
    return `${url} leads elsewhere, which is not followed: set the one that it leads to (${detail})`;
  }
  const connection = explainConnection(detail, hints);
  if (connection !== undefined) return connection;
  const meaning = causes[category];
  return `${typeof meaning === 'string' ? meaning : meaning[faultOf(refusal)]} (${detail})`;
}
