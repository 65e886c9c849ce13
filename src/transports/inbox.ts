import type { Message } from '../ports.js';

export interface InboxMessage extends Message {
  /** ISO 8601. */
  receivedAt: string;
}

/** Keeps the last messages in memory, for development. */
export interface Inbox {
  add(message: Message): void;
  /** Newest first; only those to `identity` if given. */
  list(identity?: string): InboxMessage[];
}

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
