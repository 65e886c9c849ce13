import { cachedAddresses, maskAddress } from '../core/address.js';
import { shortenTag } from '../core/identity-tag.js';
import { remember } from '../fast/recent.js';
import type { Logger } from '../ports.js';
import type { Outcome } from './outcome.js';
import type { Sink } from './outcomes.js';
import { outcomeRows } from './table.js';

/** Every member that any outcome has. */
type Member = Outcome extends infer One ? (One extends unknown ? keyof One : never) : never;

/** What a line can hold, in this order: not the country, which only metrics read. */
const descriptions: Record<Exclude<Member, 'country'>, string> = {
  requestId: 'id of the request, as in its answer',
  event: 'what has happened',
  action: '`request` or `verify`, where the line is the answer to one',
  verb: 'what an operator did',
  status: 'how it ended',
  limit: 'which limit was reached',
  cause: 'why, in words or as a name from a list',
  reason: 'why the store cannot answer',
  warning: 'what is probably a mistake in the settings',
  category: 'what the refusal of a provider means',
  fault: 'who is affected by the refusal of a provider',
  detail: 'the codes of the provider or the connection',
  identityTag: 'ten characters that stand for the identity',
  purpose: 'what the code or token is for',
  side: '`known`, if the caller is a known browser, which has limits of its own',
  channel: 'how the code was to be sent',
  transport: 'who was asked to send it, or has delivered the code',
  providerId: "the provider's id of the message",
  codeLength: 'digits of the code',
  codes: 'how many codes were made',
  used: 'how many of these were used',
  attemptsLeft: 'attempts left for the code',
  usedSecondsAgo: 'how long ago the code was used',
  issued: 'what was issued: `access`, `refresh` or `session`',
  kind: 'which kind of token: `access`, `refresh` or `session`',
  credential: 'what the caller should have presented',
  lost: 'how many messages or events',
  caller: 'name of the API key',
  ip: "network of the caller's address: /24 of IPv4, /48 of IPv6",
  durationMs: 'time from the call to this line',
  at: 'where in the program, of an unexpected fault',
};

/** What is logged instead of the value. */
const shown: Partial<Record<Member, (value: never) => unknown>> = {
  identityTag: shortenTag,
  ip: remember(cachedAddresses, maskAddress),
  durationMs: Math.round,
};

/** The fields of a line, in their order. */
export const logFields = Object.entries(descriptions).map(([member, description]) => ({
  member: member as Member,
  name: member === 'ip' ? 'network' : member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  description,
  show: shown[member as Member],
}));

/** What a line holds of an outcome; events hold the same. */
export function toLogFields(outcome: Outcome): Record<string, unknown> {
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
    isOn: logger.isLevelEnabled?.bind(logger, 'info') ?? (() => true),
    take(outcome) {
      const { level, message } = outcomeRows[outcome.event];
      logger[level](toLogFields(outcome), message);
    },
  };
}
