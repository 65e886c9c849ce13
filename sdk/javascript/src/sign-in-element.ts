import type { SentOTP } from './answers.js';
import { OTPClient } from './client.js';
import { create, createStyle, ElementBase } from './element-base.js';
import { OTPError } from './errors.js';
import { askPastChecks } from './human-check.js';
import { SignInCard } from './sign-in-card.js';
import { createCodeField, createIdentityField } from './sign-in-fields.js';
import { describeProblem, english, joinSentences, type SignInStrings } from './sign-in-strings.js';
import { signInStyle } from './sign-in-style.js';
import { warnOfCors, warnOfMisuse } from './warn-of-cors.js';

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
  /** The code that was sent last, which is still valid when the person comes back to it. */
  #last: { identity: string; sent: SentOTP; at: number } | undefined;
  #token: string | null = null;
  readonly #card = new SignInCard(this.#root, {
    strings: () => this.#strings,
    explain: (cause) => this.#explain(cause),
  });

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [createStyle(signInStyle)];
  }

  /** The client that is used; it keeps the tokens. */
  get client(): OTPClient {
    this.#client ??= new OTPClient({ baseUrl: this.getAttribute('base-url') || '/api/v1' });
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
    this.#card.stop();
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

  /** What went wrong, for people; the page is told as well. */
  #explain(cause: unknown): string {
    if (cause instanceof Incomplete) return cause.message;
    if (!(cause instanceof OTPError)) warnOfMisuse(cause);
    const problem = cause instanceof OTPError ? cause : new OTPError('unexpected_answer', 'Not an answer');
    if (problem.code === 'network_error') void warnOfCors(this.getAttribute('base-url') || '/api/v1');
    this.#tell('otp-error', problem);
    return describeProblem(this.#strings, problem, this.#locale);
  }

  #tell(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  #showIdentity(typed = this.getAttribute('identity')): void {
    const strings = this.#strings;
    this.#identity = '';
    const field = createIdentityField(typed);
    this.#card.show({
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

  async #request(identity: string, isAgain = false): Promise<void> {
    const { sent: known, at = 0 } = (this.#last?.identity === identity && this.#last) || {};
    const passed = (performance.now() - at) / 1000;
    if (known && !isAgain && passed < known.ttlSeconds) {
      this.#identity = identity;
      this.#showCode({ ...known, resendInSeconds: known.resendInSeconds - passed }, false);
      return;
    }
    const read = (name: string) => this.getAttribute(name) ?? undefined;
    const [channel, purpose, locale] = [read('channel') as never, read('purpose'), this.#locale];
    const sent = await askPastChecks(
      (humanCheck) => this.client.requestOTP(identity, { bind: true, channel, purpose, locale, humanCheck }),
      this.#card.expectChecks(this),
    );
    this.#identity = identity;
    this.#last = { identity, sent, at: performance.now() };
    this.#showCode(sent, isAgain);
    this.#tell('otp-sent', sent);
  }

  #showCode(sent: SentOTP, isAgain: boolean): void {
    const { codeLength, codeAlphabet, resendInSeconds } = sent;
    const strings = this.#strings;
    const identity = this.#identity;
    const fill = (text: string) => text.replace('{digits}', String(codeLength));
    const isBase32 = codeAlphabet === 'base32';
    const length = fill(isBase32 ? strings.malformedText : strings.malformedCode);
    const [before = '', after = ''] = strings.sentTo.split('{to}');
    const field = createCodeField(sent, strings.code);
    const resend = create('button', { part: 'button secondary', type: 'button' });
    const edit = create('button', { part: 'button secondary', type: 'button' }, strings.edit);
    this.#card.show({
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
          throw new Incomplete(value ? joinSentences(length, strings.keptCode) : length);
        }
        await this.#verify(value, resend).catch((error: unknown) => {
          field.value = '';
          field.focus();
          throw error;
        });
      },
    });
    if (isAgain) this.#card.say(strings.sentAgain);
    field.addEventListener('otp-complete', () => resend.form?.requestSubmit());
    edit.addEventListener('click', () => {
      this.#showIdentity(identity);
      this.#root.querySelector('input')?.focus();
    });
    resend.addEventListener('click', () => this.#card.run(resend, () => this.#request(identity, true)));
    this.#card.countDown(resendInSeconds, resend);
    field.focus();
  }

  async #verify(code: string, resend: HTMLButtonElement): Promise<void> {
    const purpose = this.getAttribute('purpose') ?? undefined;
    const tokens = await this.client.verifyOTP(this.#identity, code, { purpose }).catch((error: unknown) => {
      // No other code can be sent for this sign-in until this one has expired.
      if (error instanceof OTPError && /^(?:blocked|expired_code)$/.test(error.code)) this.#last = undefined;
      if (error instanceof OTPError && error.code === 'blocked') {
        this.#card.countDown(error.retryAfterSeconds ?? 0, resend);
      }
      throw error;
    });
    this.#last = undefined;
    this.#setToken(tokens.accessToken);
    const { forgetBrowser, signedIn } = this.#strings;
    const forget = create('button', { part: 'button secondary', type: 'button' }, forgetBrowser);
    forget.addEventListener('click', () => this.#forget());
    this.#card.finish(signedIn, tokens.device ? forget : null);
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
