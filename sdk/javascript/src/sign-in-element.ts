import type { SentOTP } from './answers.js';
import { OTPClient, type RequestOTPOptions } from './client.js';
import { type Child, create, createStyle, ElementBase } from './element-base.js';
import { OTPError } from './errors.js';
import { answerCheck } from './human-check.js';
import { describeProblem, english, type SignInStrings } from './sign-in-strings.js';
import { warnOfCors } from './warn-of-cors.js';

const style = `
:host { display: block; width: 24rem; max-width: min(100%, 100vw - 2rem); font: 1rem/1.5 system-ui, sans-serif; color: inherit; }
:host([hidden]) { display: none; }
[part=card] {
  padding: var(--otp-padding, 1.75rem); border: 1px solid var(--otp-line, color-mix(in srgb, currentcolor 18%, transparent));
  border-radius: 1rem; background: var(--otp-card, transparent);
}
h2, p { margin: 0; }
h2 { font-size: 1.375rem; font-weight: 650; line-height: 1.25; margin-bottom: .75rem; }
[part=lead] { margin: -.5rem 0 1rem; overflow-wrap: anywhere; }
form { display: grid; }
label { font-weight: 600; margin-bottom: .375rem; }
[part=line] { min-height: 3.75rem; padding: .5rem 0 .625rem; font-size: .875em; }
[part=hint] { opacity: .8; }
[part~=error] { color: #b3261e; color: var(--otp-error, light-dark(#b3261e, #ffb4ab)); }
[part~=success] { color: #17663a; color: var(--otp-success, light-dark(#17663a, #8fd8ab)); }
[part~=success]:not(:empty)::before { content: "\\2713\\a0"; }
[part=line] p:empty, [part=line] p:not(:empty) ~ [part=hint] { display: none; }
input, button {
  box-sizing: border-box; width: 100%; min-height: 3rem; padding: .5rem .875rem; font: inherit;
  border: 1px solid var(--otp-border, #868d99); border-radius: var(--otp-radius, .625rem);
  background: var(--otp-field, transparent); color: inherit;
}
:host(:dir(rtl)) input { text-align: right; }
input[aria-invalid=true] { border-color: #d1453b; border-color: var(--otp-error, #d1453b); }
button { display: flex; align-items: center; justify-content: center; gap: .5rem; cursor: pointer; font-weight: 600; }
[part~=primary] {
  border-color: transparent; background: var(--otp-accent, #2357d9); color: var(--otp-on-accent, #fff);
}
[part~=secondary] { width: fit-content; text-align: start; min-height: 2rem; margin-top: .75rem; padding: 0; border: 0; background: none; }
[part=lead] [part~=secondary] { display: inline; min-height: 0; margin: 0; text-decoration: underline; font-weight: 400; }
button:disabled { cursor: default; }
[part~=secondary]:disabled { opacity: .7; }
[aria-busy=true]::before {
  content: ""; width: 1em; height: 1em; border: 2px solid; border-inline-end-color: transparent; border-radius: 50%;
  animation: turn .8s linear infinite;
}
form[aria-busy=true]::before { content: none; }
@keyframes turn { to { rotate: 1turn; } }
@media (prefers-reduced-motion: reduce) { [aria-busy=true]::before { animation: none; } }
@media (forced-colors: active) { [part~=primary] { border-color: ButtonText; } }
:is(input, button):focus-visible { outline: 2px solid var(--otp-accent, #2357d9); outline-offset: 2px; }
[part=unseen] { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;

const maxRounds = 3;
interface Step {
  heading: string;
  lead: Child;
  field: Child[];
  hint: string;
  submit: string;
  below?: Child[];
  onSubmit(): Promise<unknown>;
}

interface Messages {
  error: HTMLElement;
  success: HTMLElement;
}

/** A code that has too few digits, or other characters. */
class Incomplete extends Error {}

/**
 * `<stateless-otp-sign-in>`: asks for an address or number, requests a bound code, and verifies it.
 *
 * Attributes: `base-url` (of the API, default `/api/v1`), `purpose`, `channel`, `identity` (filled in), `strings-url` (other
 * languages, such as `/sign-in/strings.json`), and in a form `name` and `required`: its value is the access token.
 * Properties: `client` (an `OTPClient` instead of `base-url`), `strings`. Events: `otp-sent` (`detail`: what was sent),
 * `otp-verified` (`detail`: the tokens), `otp-signed-out`, `otp-error` (`detail`: the `OTPError`). Parts: `card`, `heading`,
 * `lead`, `form`, `label`, `input`, `code`, `slot`, `button`, `primary`, `secondary`, `line`, `message` (also `error` or
 * `success`), `hint`. Properties of CSS: `--otp-accent`, `--otp-on-accent`, `--otp-border`, `--otp-card`, `--otp-error`,
 * `--otp-field`, `--otp-line`, `--otp-padding`, `--otp-radius`, `--otp-success`, `--otp-code-font`.
 */
export class StatelessOTPSignInElement extends ElementBase {
  static readonly formAssociated = true;
  static readonly observedAttributes = ['required'];
  readonly #internals = this.attachInternals();
  readonly #root = this.attachShadow({ mode: 'open', delegatesFocus: true });
  #client: OTPClient | undefined;
  #strings: SignInStrings = english;
  #identity = '';
  /** The code that was sent last, which is still good when the person comes back to it. */
  #last: { identity: string; sent: SentOTP; at: number } | undefined;
  #token: string | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Says that a check is being solved. */
  #busy = create('p', { part: 'status', role: 'status' });
  /** Aborts when what is shown is replaced. */
  #shown = new AbortController();
  /** The button that a countdown keeps closed. */
  #waiting: HTMLButtonElement | undefined;

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [createStyle(style)];
  }

  /** The client that is used; it keeps the tokens. */
  get client(): OTPClient {
    this.#client ??= new OTPClient({ baseUrl: this.getAttribute('base-url') ?? '/api/v1' });
    return this.#client;
  }
  set client(client: OTPClient) {
    this.#client = client;
  }

  /** Texts; missing ones stay English. */
  get strings(): SignInStrings {
    return this.#strings;
  }
  set strings(strings: Partial<SignInStrings>) {
    this.#strings = { ...english, ...strings };
    if (this.isConnected && this.#token === null && this.#identity === '') this.#nameIdentity();
  }

  /** The access token, once there is one. */
  get value(): string | null {
    return this.#token;
  }

  get name(): string {
    return this.getAttribute('name') ?? '';
  }
  // Frameworks set a property where there is one, instead of the attribute.
  set name(name: string) {
    this.setAttribute('name', name);
  }

  get form(): HTMLFormElement | null {
    return this.#internals.form;
  }

  connectedCallback(): void {
    this.#showIdentity();
    const url = this.getAttribute('strings-url');
    if (url) void this.#loadStrings(url);
  }

  disconnectedCallback(): void {
    this.#shown.abort();
    clearInterval(this.#timer);
  }

  attributeChangedCallback(): void {
    this.#setToken(this.#token);
  }

  formResetCallback(): void {
    this.#setToken(null);
    this.#showIdentity();
  }

  get #locale(): string {
    return this.closest<HTMLElement>('[lang]')?.lang || navigator.language;
  }

  async #loadStrings(url: string): Promise<void> {
    try {
      const response = await fetch(`${url}?locale=${encodeURIComponent(this.#locale)}`);
      if (response.ok) this.strings = await response.json();
    } catch {
      // Stays English.
    }
  }

  #setToken(token: string | null): void {
    this.#token = token;
    this.#internals.setFormValue(token);
    const isMissing = this.hasAttribute('required') && token === null;
    this.#internals.setValidity(
      isMissing ? { valueMissing: true } : {},
      isMissing ? this.#strings.signIn : '',
    );
  }

  /** A card with a form. Its messages have a line of their own, so that they move nothing. */
  #show({ heading, lead, field, hint, submit, below = [], onSubmit }: Step): Messages {
    clearInterval(this.#timer);
    this.#shown.abort();
    this.#shown = new AbortController();
    const messages: Messages = {
      error: create('p', { part: 'message error', role: 'alert' }),
      success: create('p', { part: 'message success', role: 'status' }),
    };
    this.#busy = create('p', { part: 'status', role: 'status' });
    const line = create(
      'div',
      { part: 'line' },
      messages.error,
      messages.success,
      this.#busy,
      create('p', { part: 'hint' }, hint),
    );
    const check = create('slot', { name: 'human-check' });
    const button = create('button', { part: 'button primary' }, submit);
    const form = create('form', { part: 'form', novalidate: true }, ...field, line, check, button, ...below);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#run(button, messages, onSubmit);
    });
    form.addEventListener('input', () =>
      this.#root.querySelector('[aria-invalid]')?.removeAttribute('aria-invalid'),
    );
    const title = create('h2', { part: 'heading' }, heading);
    this.#root.replaceChildren(create('div', { part: 'card' }, title, lead, form));
    return messages;
  }

  /** Runs what a button does, which is busy until then: a second click must not spend a second attempt. */
  async #run(
    button: HTMLButtonElement,
    { error, success }: Messages,
    work: () => Promise<unknown>,
  ): Promise<void> {
    const { form } = button;
    if (form?.hasAttribute('aria-busy')) return;
    for (const one of [form, button]) one?.setAttribute('aria-busy', 'true');
    const buttons = [...this.#root.querySelectorAll('button')].filter(({ disabled }) => !disabled);
    for (const one of buttons) one.disabled = true;
    const busy = create('span', { part: 'unseen', role: 'status' });
    form?.append(busy);
    busy.textContent = this.#strings.busy;
    error.textContent = '';
    success.textContent = '';
    try {
      await work();
    } catch (cause) {
      if (cause instanceof Incomplete) {
        error.textContent = cause.message;
      } else {
        const problem =
          cause instanceof OTPError ? cause : new OTPError('unexpected_answer', 'Not an answer');
        error.textContent = describeProblem(this.#strings, problem, this.#locale);
        if (problem.code === 'network_error') void warnOfCors(this.getAttribute('base-url') ?? '/api/v1');
        this.#tell('otp-error', problem);
      }
      this.#root.querySelector('input, otp-input')?.setAttribute('aria-invalid', 'true');
    } finally {
      for (const one of [form, button]) one?.removeAttribute('aria-busy');
      for (const one of buttons) one.disabled = this.#waiting === one;
      busy.remove();
    }
  }

  #tell(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  #showIdentity(typed = this.getAttribute('identity')): void {
    const strings = this.#strings;
    this.#identity = '';
    const field = create('input', {
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
    this.#show({
      heading: strings.signIn,
      lead: null,
      field: [create('label', { part: 'label', for: 'identity' }, strings.emailOrPhone), field],
      hint: strings.hint,
      submit: strings.continue,
      onSubmit: () => this.#request(field.value),
    });
  }

  /** Texts may arrive when something has been typed: only they change. */
  #nameIdentity(): void {
    const { signIn: heading, emailOrPhone: label, hint, continue: primary } = this.#strings;
    for (const [part, text] of Object.entries({ heading, label, hint, primary })) {
      const shown = this.#root.querySelector(`[part~=${part}]`);
      if (shown) shown.textContent = text;
    }
  }

  /** A check is solved without a click. When several are not enough, something is wrong with the browser. */
  async #requestPastCheck(identity: string, options: RequestOTPOptions) {
    const { signal } = this.#shown;
    const busy = this.#busy;
    let humanCheck: string | null = null;
    for (let round = 0; ; round++) {
      try {
        return await this.client.requestOTP(identity, { ...options, humanCheck });
      } catch (error) {
        const check = error instanceof OTPError && round < maxRounds ? error.humanCheck : null;
        if (!check) throw error;
        busy.textContent = this.#strings.checking;
        humanCheck = await answerCheck(check, this, signal);
        busy.textContent = '';
        if (humanCheck === null) throw error;
      }
    }
  }

  async #request(identity: string, isAgain = false): Promise<void> {
    const { sent: known, at = 0 } = (this.#last?.identity === identity && this.#last) || {};
    const passed = (performance.now() - at) / 1000;
    if (known && !isAgain && passed < known.ttlSeconds) {
      this.#identity = identity;
      this.#showCode({ ...known, resendInSeconds: known.resendInSeconds - passed }, false);
      return;
    }
    const read = (name: string) => this.getAttribute(name) ?? undefined;
    const sent = await this.#requestPastCheck(identity, {
      bind: true,
      channel: read('channel') as never,
      purpose: read('purpose'),
      locale: this.#locale,
    });
    this.#identity = identity;
    this.#last = { identity, sent, at: performance.now() };
    this.#showCode(sent, isAgain);
    this.#tell('otp-sent', sent);
  }

  #showCode(sent: SentOTP, isAgain: boolean): void {
    const { codeLength, codeAlphabet, resendInSeconds, channel } = sent;
    const strings = this.#strings;
    const identity = this.#identity;
    const fill = (text: string) => text.replace('{digits}', String(codeLength));
    const isBase32 = codeAlphabet === 'base32';
    const length = fill(isBase32 ? strings.malformedText : strings.malformedCode);
    const [before = '', after = ''] = strings.sentTo.split('{to}');
    const field = create('otp-input', {
      part: 'code',
      exportparts: 'input, slot',
      label: strings.code,
      length: String(codeLength),
      alphabet: codeAlphabet,
      'web-otp': channel === 'sms',
    });
    const resend = create('button', { part: 'button secondary', type: 'button' });
    const edit = create('button', { part: 'button secondary', type: 'button' }, strings.edit);
    const messages = this.#show({
      heading: fill(isBase32 ? strings.enterText : strings.enterCode),
      lead: create('p', { part: 'lead' }, before, create('bdi', { dir: 'ltr' }, identity), after, ' ', edit),
      field: [field],
      hint: length,
      submit: strings.signIn,
      below: [resend],
      onSubmit: async () => {
        const { value } = field;
        // It cannot be right, so it should not cost an attempt.
        if (value.length !== codeLength || /[^0-9A-Z]/.test(value)) {
          throw new Incomplete(`${length}${value && ` ${strings.keptCode}`}`);
        }
        await this.#verify(value, resend).catch((error: unknown) => {
          field.value = '';
          field.focus();
          throw error;
        });
      },
    });
    if (isAgain) messages.success.textContent = strings.sentAgain;
    field.addEventListener('otp-complete', () => resend.form?.requestSubmit());
    edit.addEventListener('click', () => {
      this.#showIdentity(identity);
      this.#root.querySelector('input')?.focus();
    });
    resend.addEventListener('click', () => this.#run(resend, messages, () => this.#request(identity, true)));
    this.#countDown(resendInSeconds, resend);
    field.focus();
  }

  /** Closes the way to another code until then, and says on its button for how long. */
  #countDown(seconds: number, button: HTMLButtonElement): void {
    clearInterval(this.#timer);
    const endsAt = performance.now() + seconds * 1000;
    const time = create('bdi', {});
    button.replaceChildren(this.#strings.resend, time);
    const tick = () => {
      const left = Math.max(0, Math.ceil((endsAt - performance.now()) / 1000));
      time.textContent = left > 0 ? `(${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')})` : '';
      this.#waiting = left > 0 ? button : undefined;
      button.disabled = left > 0 || button.hasAttribute('aria-busy');
      if (left === 0) clearInterval(this.#timer);
    };
    this.#timer = setInterval(tick, 1000);
    tick();
  }

  async #verify(code: string, resend: HTMLButtonElement): Promise<void> {
    const purpose = this.getAttribute('purpose') ?? undefined;
    const tokens = await this.client.verifyOTP(this.#identity, code, { purpose }).catch((error: unknown) => {
      // No other code can be sent for this sign-in until this one has expired.
      if (error instanceof OTPError && /^(?:blocked|expired_code)$/.test(error.code)) this.#last = undefined;
      if (error instanceof OTPError && error.code === 'blocked') {
        this.#countDown(error.retryAfterSeconds ?? 0, resend);
      }
      throw error;
    });
    this.#last = undefined;
    this.#setToken(tokens.accessToken);
    clearInterval(this.#timer);
    const forget = create(
      'button',
      { part: 'button secondary', type: 'button' },
      this.#strings.forgetBrowser,
    );
    forget.addEventListener('click', () => this.#forget());
    const done = create('p', { part: 'message success', role: 'status' }, this.#strings.signedIn);
    const card = create('div', { part: 'card' }, done, tokens.device ? forget : null);
    this.#root.replaceChildren(card);
    this.#tell('otp-verified', tokens);
  }

  async #forget(): Promise<void> {
    this.#setToken(null);
    // Both are forgotten here even when the service cannot be reached.
    await this.client.logout({ forget: true }).catch(() => {});
    this.#showIdentity();
    this.#tell('otp-signed-out', null);
  }
}
