import type { Refusal } from '../core/refusal.js';

/** Why a message was refused, in words for the log. */
export function sayCause({ detail }: Refusal): string {
  return detail;
}
