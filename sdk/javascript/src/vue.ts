import type { EmitFn, HTMLAttributes, PublicProps } from 'vue';
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

type Flags<Name extends string> = { [Key in Name]?: boolean | '' | undefined };

type Emits<Type extends keyof ElementEvents> = { [Key in Type]: (event: ElementEvents[Key]) => void };

/** As Vue's guide types elements that are not components. */
type VueElement<Element, Props, Type extends keyof ElementEvents> = new () => Element & {
  /** For templates only: elements have no such property. */
  $props: HTMLAttributes & Props & PublicProps;
  /** For templates only: elements have no such property. */
  $emit: EmitFn<Emits<Type>>;
};

declare module 'vue' {
  interface GlobalComponents {
    'otp-input': VueElement<
      OTPInputElement,
      OTPInputAttributes & Flags<OTPInputFlag> & { value?: string | undefined },
      'otp-complete'
    >;
    'stateless-otp-sign-in': VueElement<
      StatelessOTPSignInElement,
      SignInAttributes & Flags<SignInFlag> & SignInProperties,
      keyof ElementEvents
    >;
  }
}
