import type { SentOTP } from './answers.js';
import { OTPClient, type RequestOTPOptions } from './client.js';
import { type Child, create, createStyle, ElementBase } from './element-base.js';
import { OTPError } from './errors.js';
import { answerCheck } from './human-check.js';
import { describeProblem, describeWait, english, type SignInStrings } from './sign-in-strings.js';

const style = `
:host { display: block; max-width: 22rem; font: 1rem/1.5 system-ui, sans-serif; color: inherit; }
:host([hidden]) { display: none; }
form { display: grid; gap: var(--otp-gap, .75rem); }
label, [part~=label] { font-weight: 600; }
p { margin: 0; }
[part~=hint] { font-size: .875em; }
[part~=message] { color: var(--otp-error, #b3261e); }
[part~=message]:empty, [part~=status]:empty { display: none; }
input, button {
  box-sizing: border-box; width: 100%; min-height: 3rem; padding: .5rem .875rem; font: inherit;
  border: 1px solid var(--otp-border, #868d99); border-radius: var(--otp-radius, .625rem);
  background: var(--otp-field, transparent); color: inherit;
}
button { cursor: pointer; font-weight: 600; }
button[part~=primary] {
  border-color: transparent; background: var(--otp-accent, #2357d9); color: var(--otp-on-accent, #fff);
}
button:disabled { cursor: default; opacity: .6; }
:is(input, button):focus-visible { outline: 2px solid var(--otp-accent, #2357d9); outline-offset: 2px; }
`;

const maxRounds = 3;

/**
 * `<stateless-otp-sign-in>`: asks for an address or number, requests a bound code, and verifies it.
 *
 * Attributes: `base-url` (of the API, default `/api/v1`), `purpose`, `channel`, `identity` (filled in), `strings-url` (other
 * languages, such as `/sign-in/strings.json`), and in a form `name` and `required`: its value is the access token.
 * Properties: `client` (an `OTPClient` instead of `base-url`), `strings`. Events: `otp-sent` (`detail`: what was sent),
 * `otp-verified` (`detail`: the tokens), `otp-signed-out`, `otp-error` (`detail`: the `OTPError`). Parts: `form`, `label`, `input`, `code`,
 * `button`, `primary`, `secondary`, `message`, `status`,
 * `hint`. Properties of CSS: `--otp-accent`, `--otp-on-accent`, `--otp-border`,
 * `--otp-error`, `--otp-field`, `--otp-gap`, `--otp-radius`, `--otp-code-font`.
 */
export class StatelessOTPSignInElement extends ElementBase {
  static readonly formAssociated = true;
  static readonly observedAttributes = ['required'];
  readonly #internals = this.attachInternals();
  readonly #root = this.attachShadow({ mode: 'open', delegatesFocus: true });
  #client: OTPClient | undefined;
  #strings: SignInStrings = english;
  #identity = '';
  #token: string | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Says that a check is being solved. */
  #busy = create('p', { part: 'status', role: 'status' });
  /** Aborts when what is shown is replaced. */
  #shown = new AbortController();

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
    if (this.isConnected && this.#token === null && this.#identity === '') this.#showIdentity();
  }

  /** The access token, once there is one. */
  get value(): string | null {
    return this.#token;
  }

  get name(): string {
    return this.getAttribute('name') ?? '';
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

  #show(onSubmit: () => Promise<unknown>, ...children: Child[]): HTMLElement {
    clearInterval(this.#timer);
    this.#shown.abort();
    this.#shown = new AbortController();
    this.#busy = create('p', { part: 'status', role: 'status' });
    const message = create('p', { part: 'message', role: 'alert' });
    const check = create('slot', { name: 'human-check' });
    const form = create('form', { part: 'form', novalidate: true }, message, this.#busy, check, ...children);
    let isBusy = false;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      // A second click must not spend a second attempt.
      if (isBusy) return;
      isBusy = true;
      message.textContent = '';
      await this.#try(onSubmit, message);
      isBusy = false;
    });
    this.#root.replaceChildren(form);
    return message;
  }

  async #try(work: () => Promise<unknown>, message: HTMLElement): Promise<void> {
    try {
      await work();
    } catch (error) {
      const problem = error instanceof OTPError ? error : new OTPError('unexpected_answer', 'Not an answer');
      message.textContent = describeProblem(this.#strings, problem, this.#locale);
      this.#tell('otp-error', problem);
    }
  }

  #tell(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  #showIdentity(): void {
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
      value: this.getAttribute('identity'),
    });
    this.#show(
      () => this.#request(field.value),
      create('label', { part: 'label', for: 'identity' }, strings.emailOrPhone),
      field,
      create('p', { part: 'hint' }, strings.hint),
      create('button', { part: 'button primary' }, strings.continue),
    );
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
    const read = (name: string) => this.getAttribute(name) ?? undefined;
    const sent = await this.#requestPastCheck(identity, {
      bind: true,
      channel: read('channel') as never,
      purpose: read('purpose'),
      locale: this.#locale,
    });
    this.#identity = identity;
    this.#showCode(sent, isAgain);
    this.#tell('otp-sent', sent);
  }

  #showCode(sent: SentOTP, isAgain: boolean): void {
    const strings = this.#strings;
    const [before, after] = strings.sentTo.split('{to}');
    const field = create('otp-input', {
      part: 'code',
      exportparts: 'input',
      label: strings.code,
      length: String(sent.codeLength),
      alphabet: sent.codeAlphabet,
      'web-otp': sent.channel === 'sms',
    });
    const resend = create('button', { part: 'button secondary', type: 'button' }, strings.resend);
    const another = create('button', { part: 'button secondary', type: 'button' }, strings.another);
    const wait = create('p', { part: 'hint' });
    const rest = (seconds: number) => this.#countDown(seconds, resend, wait);
    const message = this.#show(
      () =>
        this.#verify(field.value, rest).catch((error: unknown) => {
          field.value = '';
          field.focus();
          throw error;
        }),
      create('p', { part: 'status', role: 'status' }, isAgain ? strings.sentAgain : ''),
      create('p', {}, before ?? '', create('bdi', { dir: 'ltr' }, this.#identity), after ?? ''),
      create('span', { part: 'label', 'aria-hidden': 'true' }, strings.code),
      field,
      create('button', { part: 'button primary' }, strings.signIn),
      wait,
      resend,
      another,
    );
    field.addEventListener('otp-complete', () => resend.form?.requestSubmit());
    another.addEventListener('click', () => this.#showIdentity());
    resend.addEventListener('click', () => this.#try(() => this.#request(this.#identity, true), message));
    rest(sent.resendInSeconds);
    field.focus();
  }

  #countDown(seconds: number, button: HTMLButtonElement, wait: HTMLElement): void {
    clearInterval(this.#timer);
    const endsAt = performance.now() + seconds * 1000;
    const tick = () => {
      const left = Math.ceil((endsAt - performance.now()) / 1000);
      button.disabled = left > 0;
      wait.hidden = left <= 0;
      wait.textContent = this.#strings.resendIn.replace('{in}', describeWait(left, this.#locale));
      if (left <= 0) clearInterval(this.#timer);
    };
    this.#timer = setInterval(tick, 1000);
    tick();
  }

  async #verify(code: string, rest: (seconds: number) => void): Promise<void> {
    const purpose = this.getAttribute('purpose') ?? undefined;
    const tokens = await this.client.verifyOTP(this.#identity, code, { purpose }).catch((error: unknown) => {
      // No other code can be sent for this sign-in until this one has expired.
      if (error instanceof OTPError && error.code === 'blocked') rest(error.retryAfterSeconds ?? 0);
      throw error;
    });
    this.#setToken(tokens.accessToken);
    clearInterval(this.#timer);
    const forget = create(
      'button',
      { part: 'button secondary', type: 'button' },
      this.#strings.forgetBrowser,
    );
    forget.addEventListener('click', () => this.#forget());
    this.#root.replaceChildren(
      create('p', { part: 'message', role: 'status' }, this.#strings.signedIn),
      ...(tokens.device ? [forget] : []),
    );
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
