import type { Message } from '../../src/index.js';

/** A message as the service hands it over. */
export function createMessage(changes: Partial<Message> = {}): Message {
  return {
    id: 'bWVzc2FnZS1vbmU',
    channel: 'email',
    to: 'alice@example.com',
    code: '482931',
    locale: 'en',
    expiresInSeconds: 300,
    subject: 'Your one-time code',
    text: 'Your one-time code is 482931\n',
    ...changes,
  };
}

export const createSms = (changes: Partial<Message> = {}) =>
  createMessage({ channel: 'sms', to: '+4915112345678', ...changes });
