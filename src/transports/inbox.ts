import type { Message } from '../ports.js';

/** A message as it stands in the inbox of a developer. */
export interface InboxMessage extends Message {
  /** ISO 8601. */
  receivedAt: string;
}

/** The last messages, in memory; for development. */
export interface Inbox {
  add(message: Message): void;
  /** Newest first; only those to this canonical identity when one is given. */
  list(identity?: string): InboxMessage[];
}

/** @param maxMessages how many are kept. Default 50 */
export function createInbox(maxMessages = 50, clock: () => number = Date.now): Inbox {
  const messages: InboxMessage[] = [];
  return {
    add(message) {
      messages.unshift({ ...message, receivedAt: new Date(clock()).toISOString() });
      messages.length = Math.min(messages.length, maxMessages);
    },
    list: (identity) => messages.filter(({ to }) => identity === undefined || to === identity),
  };
}
