import { domainOf } from '../core/identity.js';
import type { Message } from '../ports.js';

/** By domain: its addresses fail together, and one person may own any number of them. */
export function groupRecipient({ channel, to }: Pick<Message, 'channel' | 'to'>): string {
  return channel === 'email' ? domainOf(to) : to;
}

/** Who shares places in the retry lane: a domain, or numbers that differ in their last four digits alone. */
export function groupRetries(message: Message): string {
  const { channel, to } = message;
  return channel === 'email' || channel === 'custom' ? groupRecipient(message) : to.slice(0, -4);
}
