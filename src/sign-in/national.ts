import { foldIdentity } from '../core/folding.js';

/** Whether somebody is typing a phone number without its country. */
export function looksNational(typed: string): boolean {
  return /^\(?[0-9][0-9 ().\-/]{2,}$/.test(foldIdentity(typed));
}
