import { defineElement } from './element-base.js';
import type { ElementEvents } from './element-props.js';
import { OTPInputElement } from './otp-input.js';
import { StatelessOTPSignInElement } from './sign-in-element.js';

export { OTPClient } from './client.js';
export { OTPError } from './errors.js';
export type { SignInStrings } from './sign-in-strings.js';
export { OTPInputElement, StatelessOTPSignInElement };

declare global {
  interface HTMLElementEventMap extends ElementEvents {}
  interface HTMLElementTagNameMap {
    'otp-input': OTPInputElement;
    'stateless-otp-sign-in': StatelessOTPSignInElement;
  }
}

// Importing this module defines both.
defineElement('otp-input', OTPInputElement);
defineElement('stateless-otp-sign-in', StatelessOTPSignInElement);
