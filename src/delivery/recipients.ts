import { domainOf } from '../core/identity.js';
import { findNeighbourhood } from '../core/neighbours.js';
import type { Message } from '../ports.js';

export type Recipient = Pick<Message, 'channel' | 'to'>;

/** By domain: its addresses fail together, and one person may own any number of them. */
export function groupRecipient({ channel, to }: Recipient): string {
  return channel === 'email' ? domainOf(to) : to;
}

/** Who shares places in the retry lane: a domain, or numbers that differ in their last four digits alone. */
export function groupRetries(recipient: Recipient): string {
  const { channel, to } = recipient;
  return channel === 'email' || channel === 'custom' ? groupRecipient(recipient) : findNeighbourhood(to);
}
