import { maskAddress } from '../core/address.js';
import { shortenTag } from '../core/identity-tag.js';
import { remember } from '../fast/recent.js';
import type { Logger } from '../ports.js';
import type { Outcome } from './outcome.js';
import type { Sink } from './outcomes.js';
import { outcomeRows } from './table.js';

/** Every member that any outcome has. */
type Member = Outcome extends infer One ? (One extends unknown ? keyof One : never) : never;

interface Field {
  member: Member;
  /** In the log. */
  name: string;
  description: string;
  /** What is logged of the value. Default: the value. */
  show?: (value: never) => unknown;
}

const maxNetworks = 1000;
const showNetwork = remember(maxNetworks, maskAddress);

/** What a line holds, in this order, of what the outcome has. */
export const logFields: readonly Field[] = [
  { member: 'requestId', name: 'request_id', description: 'id of the request, as in its answer' },
  { member: 'event', name: 'event', description: 'what has happened' },
  {
    member: 'action',
    name: 'action',
    description: '`request` or `verify`, where the line is the answer to one',
  },
  { member: 'verb', name: 'verb', description: 'what an operator did' },
  { member: 'status', name: 'status', description: 'how it ended' },
  { member: 'limit', name: 'limit', description: 'which limit was reached' },
  { member: 'cause', name: 'cause', description: 'why, in words or as a name from a list' },
  { member: 'reason', name: 'reason', description: 'why the store cannot answer' },
  { member: 'warning', name: 'warning', description: 'what is probably a mistake in the settings' },
  { member: 'category', name: 'category', description: 'what the refusal of a provider means' },
  { member: 'fault', name: 'fault', description: 'whom the refusal of a provider affects' },
  { member: 'detail', name: 'detail', description: 'the codes of the provider or the connection' },
  {
    member: 'identityTag',
    name: 'identity_tag',
    description: 'ten characters that stand for the identity',
    show: shortenTag,
  },
  { member: 'purpose', name: 'purpose', description: 'what the code or token is for' },
  {
    member: 'side',
    name: 'side',
    description: '`known`, if the caller is a known browser, which has limits of its own',
  },
  { member: 'channel', name: 'channel', description: 'how the code was to be sent' },
  {
    member: 'transport',
    name: 'transport',
    description: 'who was asked to send it, or has delivered the code',
  },
  { member: 'providerId', name: 'provider_id', description: "the provider's id of the message" },
  { member: 'codeLength', name: 'code_length', description: 'digits of the code' },
  { member: 'codes', name: 'codes', description: 'how many codes were made' },
  { member: 'used', name: 'used', description: 'how many of these were used' },
  { member: 'attemptsLeft', name: 'attempts_left', description: 'attempts left for the code' },
  { member: 'usedSecondsAgo', name: 'used_seconds_ago', description: 'how long ago the code was used' },
  { member: 'issued', name: 'issued', description: 'what was issued: `access`, `refresh` or `session`' },
  { member: 'kind', name: 'kind', description: 'which kind of token: `access`, `refresh` or `session`' },
  { member: 'credential', name: 'credential', description: 'what the caller should have presented' },
  { member: 'lost', name: 'lost', description: 'how many messages or events' },
  { member: 'caller', name: 'caller', description: 'name of the API key' },
  {
    member: 'ip',
    name: 'network',
    description: "network of the caller's address: /24 of IPv4, /48 of IPv6",
    show: showNetwork,
  },
  {
    member: 'durationMs',
    name: 'duration_ms',
    description: 'time from the call to this line',
    show: Math.round,
  },
  { member: 'at', name: 'at', description: 'where in the program, of an unexpected fault' },
];

/** What a line holds of an outcome; events hold the same. */
export function describeOutcome(outcome: Outcome): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const { member, name, show } of logFields) {
    const value = (outcome as Partial<Record<Member, unknown>>)[member];
    if (value !== undefined && value !== null) fields[name] = show ? show(value as never) : value;
  }
  return fields;
}

/** Writes a line for each outcome. */
export function createLogSink(logger: Logger): Sink {
  return {
    isOn: () => logger.isLevelEnabled?.('info') !== false,
    take(outcome) {
      const { level, message } = outcomeRows[outcome.event];
      logger[level](describeOutcome(outcome), message);
    },
  };
}
