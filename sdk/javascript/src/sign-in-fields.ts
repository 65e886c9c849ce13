import type { SentOTP } from './answers.js';
import { create } from './element-base.js';

/** The field for an address or a number. */
export function createIdentityField(typed: string | null): HTMLInputElement {
  return create('input', {
    id: 'identity',
    part: 'input',
    type: 'text',
    inputmode: 'email',
    autocomplete: 'username',
    autocapitalize: 'none',
    spellcheck: 'false',
    dir: 'ltr',
    value: typed,
  });
}

export function createCodeField({ codeLength, codeAlphabet, channel }: SentOTP, label: string) {
  return create('otp-input', {
    part: 'code',
    exportparts: 'input, slot',
    label,
    length: String(codeLength),
    alphabet: codeAlphabet,
    'web-otp': channel === 'sms',
  });
}
