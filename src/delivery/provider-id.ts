import type { Message } from '../ports.js';

const printable = /^[\x21-\x7e]{1,200}$/;

/**
 * A provider's id of a message, as it may be logged. Third-party transports may return anything, such as the recipient.
 */
export function showId(id: unknown, { to, code }: Message): string | undefined {
  if (typeof id !== 'string' || !printable.test(id)) return undefined;
  return id.includes(code) || id.toLowerCase().includes(to) ? undefined : id;
}
