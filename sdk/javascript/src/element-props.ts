import type { SentOTP, Tokens } from './answers.js';
import type { OTPClient, OTPError, SignInStrings } from './elements.js';

/** The events of the elements, by type. All bubble, and cross shadow roots. */
export interface ElementEvents {
  /** A code was sent. */
  'otp-sent': CustomEvent<SentOTP>;
  /** Signed in: `detail.accessToken` is the token. */
  'otp-verified': CustomEvent<Tokens>;
  /** Signed out, by the button in the element. */
  'otp-signed-out': CustomEvent<null>;
  /** The service refused, or did not answer. */
  'otp-error': CustomEvent<OTPError>;
  /** The field has a whole code. */
  'otp-complete': CustomEvent<null>;
}

/** Attributes of `<stateless-otp-sign-in>`. */
export interface SignInAttributes {
  /** The URL of the API. Default `/api/v1`. */
  'base-url'?: string | undefined;
  purpose?: string | undefined;
  channel?: string | undefined;
  /** An address or number that is filled in. */
  identity?: string | undefined;
  /** Where texts in other languages are, such as `/sign-in/strings.json`. */
  'strings-url'?: string | undefined;
  /** In a form: the token is the value of this name. */
  name?: string | undefined;
}

/** Properties of `<stateless-otp-sign-in>`, for frameworks that set them. */
export interface SignInProperties {
  /** Used instead of `base-url`. */
  client?: OTPClient | undefined;
  strings?: Partial<SignInStrings> | undefined;
}

/** Attributes of `<otp-input>`. */
export interface OTPInputAttributes {
  name?: string | undefined;
  /** Characters of the code. Default 6. */
  length?: number | string | undefined;
  /** What they are. Default: digits. */
  alphabet?: 'base32' | undefined;
  label?: string | undefined;
  placeholder?: string | undefined;
}

/** Attributes that are either present or absent. */
export type SignInFlag = 'required';
export type OTPInputFlag = 'required' | 'disabled' | 'web-otp';
