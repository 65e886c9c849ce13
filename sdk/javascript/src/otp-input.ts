import { create, createStyle, ElementBase } from './element-base.js';
import { foldText } from './folding.js';

const style = `
:host { display: block; }
:host([hidden]) { display: none; }
input {
  box-sizing: border-box; width: 100%; min-height: 3.25rem; padding: 0 .5rem;
  border: 1px solid var(--otp-border, #868d99); border-radius: var(--otp-radius, .625rem);
  background: var(--otp-field, transparent); color: inherit;
  font: 600 1.5rem/1.2 var(--otp-code-font, ui-monospace, Menlo, Consolas, monospace);
  letter-spacing: .15em; text-align: center; direction: ltr;
}
input:focus { outline: 2px solid var(--otp-accent, #2357d9); outline-offset: -1px; }
`;

const attributes = ['label', 'disabled', 'length', 'required', 'placeholder'];

/**
 * `<otp-input>`: one field for a code, to be used like an `<input>` in a form. It takes what is pasted with spaces or
 * dashes and the digits of any script, and with `web-otp` the code of an SMS that is bound to this origin.
 *
 * Attributes: `name`, `length` (default 6), `label`, `placeholder`, `required`, `disabled`, `web-otp`. Events: `input`, and
 * `otp-complete` when the code has its length. Parts: `input`.
 */
export class OTPInputElement extends ElementBase {
  static readonly formAssociated = true;
  static readonly observedAttributes = attributes;
  readonly #internals = this.attachInternals();
  readonly #field = create('input', {
    part: 'input',
    type: 'text',
    inputmode: 'numeric',
    autocomplete: 'one-time-code',
    autocapitalize: 'none',
    spellcheck: 'false',
    enterkeyhint: 'done',
    maxlength: '32',
  });
  #stop: AbortController | undefined;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open', delegatesFocus: true });
    root.adoptedStyleSheets = [createStyle(style)];
    root.append(this.#field);
    this.#field.addEventListener('input', (event) => {
      // Half a syllable of an input method is not to be touched.
      if (!(event as InputEvent).isComposing) this.#take(this.#field.value);
    });
    this.#field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.#internals.form?.requestSubmit();
    });
  }

  /** The digits. */
  get value(): string {
    return this.#field.value;
  }
  set value(text: string) {
    this.#write(text);
  }

  get length(): number {
    return Number(this.getAttribute('length')) || 6;
  }

  get name(): string {
    return this.getAttribute('name') ?? '';
  }

  get form(): HTMLFormElement | null {
    return this.#internals.form;
  }

  connectedCallback(): void {
    this.#reflect();
    if (this.hasAttribute('web-otp')) this.#receive();
  }

  disconnectedCallback(): void {
    this.#stop?.abort();
  }

  attributeChangedCallback(): void {
    this.#reflect();
  }

  formDisabledCallback(isDisabled: boolean): void {
    this.#field.disabled = isDisabled;
  }

  formResetCallback(): void {
    this.#write('');
  }

  #reflect(): void {
    // A label of the page names an element, not what stands in it.
    const label = this.getAttribute('label') ?? this.#internals.labels[0]?.textContent ?? 'Code';
    this.#field.setAttribute('aria-label', label.trim());
    this.#field.placeholder = this.getAttribute('placeholder') ?? '';
    this.#field.disabled = this.hasAttribute('disabled');
    this.#field.required = this.hasAttribute('required');
    this.#check();
  }

  #write(text: string): void {
    const digits = toDigits(text);
    if (digits !== this.#field.value) this.#field.value = digits;
    this.#internals.setFormValue(digits);
    this.#check();
  }

  #take(text: string): void {
    this.#write(text);
    if (this.value.length === this.length) {
      this.dispatchEvent(new CustomEvent('otp-complete', { bubbles: true, composed: true }));
    }
  }

  #check(): void {
    const isMissing = this.hasAttribute('required') && this.value === '';
    const isShort = this.value !== '' && this.value.length < 4;
    const flags = isMissing ? { valueMissing: true } : isShort ? { tooShort: true } : {};
    const message = this.#field.validationMessage || this.#field.getAttribute('aria-label') || 'Code';
    this.#internals.setValidity(flags, isMissing || isShort ? message : '', this.#field);
  }

  /** WebOTP: the browser asks the person first. */
  #receive(): void {
    if (!('OTPCredential' in globalThis)) return;
    this.#stop = new AbortController();
    const options = { otp: { transport: ['sms'] }, signal: this.#stop.signal };
    navigator.credentials.get(options as CredentialRequestOptions).then(
      (credential) => this.#take((credential as { code?: string } | null)?.code ?? ''),
      () => {
        // Refused, aborted or not to be had: the code is typed.
      },
    );
  }
}

function toDigits(text: string): string {
  return foldText(text).replace(/[^0-9]/g, '');
}
