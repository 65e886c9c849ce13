import { create, createStyle, ElementBase } from './element-base.js';
import { otpInputStyle } from './otp-input-style.js';
import { readPastedBase32 } from './pasted-base32.js';
import { readPastedCode } from './pasted-code.js';

const attributes = ['label', 'disabled', 'length', 'alphabet', 'required', 'placeholder'];

/**
 * `<otp-input>`: a field for a code that works like an `<input>` in a form. It accepts digits of any script, with spaces or
 * dashes, finds the code in a whole message that is pasted, dropped or filled in, and with `web-otp` receives it from an SMS
 * bound to this origin. Text without an unambiguous code of this length stays unchanged.
 *
 * Attributes: `name`, `length` (default 6), `alphabet` (`base32` for codes such as ABCD-EFGH-JKMN), `label`, `placeholder`,
 * `required`, `disabled`, `web-otp`. Events: `input`, and `otp-complete` when the code has its length. Parts: `input`, and
 * `slot`, as many as the code has characters; text that is no code is shown without them.
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
    maxlength: '2000',
  });
  readonly #box = create('div', {}, this.#field);
  #stop: AbortController | undefined;
  #taken = '';
  #form: HTMLFormElement | null = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open', delegatesFocus: true });
    root.adoptedStyleSheets = [createStyle(otpInputStyle)];
    root.append(this.#box);
    const takeWhole = (event: Event, data: DataTransfer | null) => this.#takeWhole(event, data);
    this.#field.addEventListener('paste', (event) => takeWhole(event, event.clipboardData));
    this.#field.addEventListener('drop', (event) => takeWhole(event, event.dataTransfer));
    for (const type of ['input', 'change', 'compositionend']) {
      this.#field.addEventListener(type, (event) => this.#follow(event as InputEvent));
    }
    this.#field.addEventListener('blur', this.#synchronise);
    this.#field.addEventListener('keydown', (event) => {
      // In an input method, Enter confirms a choice.
      if (event.key === 'Enter' && !event.isComposing) this.#submit();
    });
    // A password manager may have filled in the field without an event.
    this.addEventListener('invalid', this.#synchronise);
  }

  /** The code, or the text as it was left. */
  get value(): string {
    return this.#field.value;
  }
  set value(text: string) {
    this.#write(text);
  }

  get length(): number {
    return Number(this.getAttribute('length')) || 6;
  }
  // Frameworks set a property where there is one, instead of the attribute.
  set length(length: number) {
    this.setAttribute('length', String(length));
  }

  get #isBase32(): boolean {
    return this.getAttribute('alphabet') === 'base32';
  }

  /** Matches what cannot be in a code. */
  get #other(): RegExp {
    return this.#isBase32 ? /[^0-9A-Z]/i : /[^0-9]/;
  }

  #read(text: string): string | null {
    return (this.#isBase32 ? readPastedBase32 : readPastedCode)(text, this.length);
  }

  get name(): string {
    return this.getAttribute('name') ?? '';
  }
  set name(name: string) {
    this.setAttribute('name', name);
  }

  get form(): HTMLFormElement | null {
    return this.#internals.form;
  }

  connectedCallback(): void {
    this.#reflect();
    this.#keep(this.#field.value);
    if (this.hasAttribute('web-otp')) this.#receive();
  }

  disconnectedCallback(): void {
    this.#stop?.abort();
  }

  attributeChangedCallback(): void {
    this.#reflect();
  }

  formAssociatedCallback(form: HTMLFormElement | null): void {
    this.#form?.removeEventListener('click', this.#synchronise, true);
    this.#form?.removeEventListener('formdata', this.#give);
    this.#form = form;
    // Before a button of the form submits it.
    form?.addEventListener('click', this.#synchronise, true);
    form?.addEventListener('formdata', this.#give);
  }

  formDisabledCallback(isDisabled: boolean): void {
    this.#field.disabled = isDisabled;
  }

  formResetCallback(): void {
    this.#write('');
  }

  #reflect(): void {
    // A label of the page refers to the host element, not to the field inside.
    const label = this.getAttribute('label') ?? this.#internals.labels[0]?.textContent ?? 'Code';
    this.#field.setAttribute('aria-label', label.trim());
    this.#field.placeholder = this.getAttribute('placeholder') ?? '';
    this.#field.disabled = this.hasAttribute('disabled');
    this.#field.required = this.hasAttribute('required');
    this.#field.inputMode = this.#isBase32 ? 'text' : 'numeric';
    this.#field.autocapitalize = this.#isBase32 ? 'characters' : 'none';
    this.#drawSlots();
    this.#check();
  }

  #drawSlots(): void {
    const { length } = this;
    if (this.#box.childElementCount === length + 1) return;
    this.#box.style.setProperty('--n', String(length));
    const slots = Array.from({ length }, () => create('span', { part: 'slot' }));
    this.#box.replaceChildren(this.#field, ...slots);
  }

  #write(text: string): void {
    this.#keep(this.#read(text) ?? text);
  }

  #keep(text: string): void {
    if (text !== this.#field.value) this.#field.value = text;
    this.#taken = text;
    this.#internals.setFormValue(text);
    this.#check();
  }

  /** The value may have been filled in without an event. */
  readonly #synchronise = (): void => {
    if (this.#field.value !== this.#taken) this.#write(this.#field.value);
  };

  readonly #give = ({ formData }: FormDataEvent): void => {
    this.#synchronise();
    if (this.name !== '' && formData.has(this.name)) formData.set(this.name, this.value);
  };

  #submit(): void {
    this.#synchronise();
    this.#internals.form?.requestSubmit();
  }

  #take(text: string): void {
    const before = this.#taken;
    this.#write(text);
    // Input methods report one change through several events.
    const isComplete =
      this.value !== before && !this.#other.test(this.value) && this.value.length === this.length;
    if (isComplete) this.dispatchEvent(new CustomEvent('otp-complete', { bubbles: true, composed: true }));
  }

  #follow({ isComposing, inputType = '' }: InputEvent): void {
    // Unfinished input of an input method must not be changed.
    if (isComposing) return;
    // Pasted text was parsed as a whole: without its line ends it could yield another code.
    const wasWhole =
      /^insertFrom(?:Paste|Drop)$/.test(inputType) &&
      this.#other.test(this.#field.value.replace(/[\s-]/g, ''));
    if (wasWhole) this.#keep(this.#field.value);
    else this.#take(this.#field.value);
  }

  #takeWhole(event: Event, data: DataTransfer | null): void {
    const code = this.#read(data?.getData('text') ?? '');
    if (code?.length !== this.length) return;
    event.preventDefault();
    this.#taken = '';
    this.#field.value = code;
    this.#field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
  }

  #check(): void {
    const isMissing = this.hasAttribute('required') && this.value === '';
    const isOther = this.#other.test(this.value);
    this.#box.classList.toggle('text', isOther || this.value.length > this.length);
    const isShort = this.value !== '' && this.value.length < 4;
    const flags = { valueMissing: isMissing, badInput: isOther, tooShort: isShort };
    const message = this.#field.validationMessage || this.#field.getAttribute('aria-label') || 'Code';
    this.#internals.setValidity(flags, isMissing || isOther || isShort ? message : '', this.#field);
  }

  /** WebOTP: the browser asks for consent first. */
  #receive(): void {
    if (!('OTPCredential' in globalThis)) return;
    this.#stop = new AbortController();
    const options = { otp: { transport: ['sms'] }, signal: this.#stop.signal };
    navigator.credentials.get(options as CredentialRequestOptions).then(
      (credential) => this.#take((credential as { code?: string } | null)?.code ?? ''),
      () => {
        // Refused, aborted or unavailable: the code is typed instead.
      },
    );
  }
}
