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

type PascalCase<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${Capitalize<First>}${PascalCase<Rest>}`
  : Capitalize<Name>;

type CamelCase<Name> = Name extends `${infer First}-${infer Rest}` ? `${First}${PascalCase<Rest>}` : Name;

/** Templates are checked as if their attributes were written `baseUrl`; render functions write them as they are. */
type Written<Attributes> = Attributes & { [Key in keyof Attributes as CamelCase<Key>]: Attributes[Key] };

/** What `@otp-verified` becomes: templates infer the type of its event from this. */
type Listeners<Type extends keyof ElementEvents> = {
  [Key in Type as `on${PascalCase<Key>}`]?: (event: ElementEvents[Key]) => unknown;
};

type Emits<Type extends keyof ElementEvents> = { [Key in Type]: (event: ElementEvents[Key]) => void };

/** As Vue's guide types elements that are not components. */
type VueElement<Element, Props, Type extends keyof ElementEvents> = new () => Element & {
  /** For templates only: elements have no such property. */
  $props: HTMLAttributes & Written<Props> & Listeners<Type> & PublicProps;
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
