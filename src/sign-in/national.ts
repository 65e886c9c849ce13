import { foldIdentity } from '../core/folding.js';

/** Whether the text looks like a phone number without its country code. */
export function looksNational(typed: string): boolean {
  return /^\(?[0-9][0-9 ().\-/]{2,}$/.test(foldIdentity(typed));
}

/** A number as it is dialled from abroad, with `00`, in the form with `+`. */
export function withPlus(typed: string): string {
  return foldIdentity(typed).replace(/^00 ?(?=[1-9])/, '+');
}
