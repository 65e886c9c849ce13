import type { MetricInfo } from './registry.js';

/** Every metric. Labels are from closed sets: nothing that a caller types is among them. */
export const metricList = {
  requests: {
    name: 'requests_total',
    help: 'Requests for a code, by the status they ended with',
    labels: ['channel', 'status', 'limit'],
  },
  verifies: {
    name: 'verifies_total',
    help: 'Verified codes, by the status they ended with; the channel is that of the code that was compared',
    labels: ['channel', 'status', 'limit'],
  },
  httpDuration: {
    name: 'http_request_duration_seconds',
    help: 'Time to answer an HTTP request',
    labels: ['route', 'status'],
  },
  refused: {
    name: 'http_refused_total',
    help: 'Requests that could not be read: not HTTP, too large or too slow',
    labels: ['status'],
  },
  storeDuration: {
    name: 'store_duration_seconds',
    help: 'Time that the store took for a command',
    labels: ['verb', 'outcome'],
  },
  deliveries: {
    name: 'delivery_total',
    help: 'Messages handed to a transport, by what it answered, and messages that were given up',
    labels: ['transport', 'channel', 'outcome'],
  },
  deliveryDuration: {
    name: 'delivery_duration_seconds',
    help: 'Time that a transport took to answer',
    labels: ['transport'],
  },
  queue: {
    name: 'queue_messages',
    help: 'Messages in the background: waiting for their first try, being sent, or waiting for another try',
    labels: ['state'],
  },
  breaker: {
    name: 'breaker_open',
    help: 'Processes in which the circuit breaker of a transport is open',
    labels: ['transport'],
  },
  longCodes: {
    name: 'long_codes',
    help: 'Processes that make long codes for all unknown browsers, since the short ones of an hour are used up',
    labels: ['cause'],
  },
  tokens: {
    name: 'tokens_total',
    help: 'Tokens and sign-ins, by what happened to them',
    labels: ['event'],
  },
  gate: { name: 'gate_total', help: 'Decisions of the gate', labels: ['decision'] },
  budgetRefused: {
    name: 'budget_refused_total',
    help: 'Calls refused by a limit, with the country of the phone number if it is one',
    labels: ['limit', 'country'],
  },
  conversion: {
    name: 'conversion_total',
    help: 'Codes that a transport accepted, and codes that were verified: messages that nobody types a code from are lost or pumped',
    labels: ['channel', 'transport', 'country', 'step'],
  },
  postedEvents: {
    name: 'events_total',
    help: 'Events for EVENTS_URL: delivered, failed once they were tried, or dropped for want of room or time',
    labels: ['outcome'],
  },
  events: {
    name: 'outcomes_total',
    help: 'Lines of the log, by their event',
    labels: ['event'],
  },
} as const satisfies Record<string, MetricInfo>;
