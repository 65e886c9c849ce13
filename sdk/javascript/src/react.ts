import type * as React from 'react';
import type {
  ElementEvents,
  OTPInputAttributes,
  OTPInputFlag,
  SignInAttributes,
  SignInFlag,
  SignInProperties,
} from './element-props.js';
import type { OTPInputElement, StatelessOTPSignInElement } from './elements.js';

export * from './elements.js';

/** React 18 knows attributes only: it writes `true` and `false` out, and listens to no event of an element. */
type IsReact18 = typeof React extends { use: unknown } ? false : true;

type Flags<Name extends string> = {
  [Key in Name]?: (IsReact18 extends true ? '' : boolean | '') | undefined;
};

type Listeners<Type extends keyof ElementEvents> = {
  [Key in Type as `on${Key}`]?:
    | (IsReact18 extends true ? never : (event: ElementEvents[Key]) => void)
    | undefined;
};

type Props<Element extends HTMLElement> = React.DetailedHTMLProps<React.HTMLAttributes<Element>, Element>;

type SignInProps = Props<StatelessOTPSignInElement> &
  SignInAttributes &
  Flags<SignInFlag> &
  (IsReact18 extends true ? unknown : SignInProperties) &
  Listeners<keyof ElementEvents>;

type OTPInputProps = Props<OTPInputElement> &
  OTPInputAttributes &
  Flags<OTPInputFlag> &
  (IsReact18 extends true ? unknown : { value?: string | undefined }) &
  Listeners<'otp-complete'>;

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'otp-input': OTPInputProps;
      'stateless-otp-sign-in': SignInProps;
    }
  }
}
