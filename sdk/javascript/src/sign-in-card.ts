import { type Child, create } from './element-base.js';
import type { SignInStrings } from './sign-in-strings.js';

export interface Step {
  heading: string;
  lead: Child;
  field: Child[];
  hint: string;
  submit: string;
  below?: Child[];
  onSubmit(): Promise<unknown>;
}

interface Texts {
  strings(): SignInStrings;
  /** What to say about an error. */
  explain(cause: unknown): string;
}

/** What `<stateless-otp-sign-in>` shows: one step at a time, its messages, and that something is under way. */
export class SignInCard {
  readonly #root: ShadowRoot;
  readonly #texts: Texts;
  #error = create('p', {});
  #success = create('p', {});
  #status = create('p', {});
  #shown = new AbortController();
  #timer: ReturnType<typeof setInterval> | undefined;
  /** The button that a countdown keeps disabled. */
  #waiting: HTMLButtonElement | undefined;

  constructor(root: ShadowRoot, texts: Texts) {
    this.#root = root;
    this.#texts = texts;
  }

  /** Solves human checks for the step that is shown: it says so there, and ends with the step. */
  expectChecks(host: HTMLElement) {
    const status = this.#status;
    const say = (isChecking: boolean) => {
      status.textContent = isChecking ? this.#texts.strings().checking : '';
    };
    return { host, signal: this.#shown.signal, say };
  }

  /** Ends what belongs to the step that is shown. */
  stop(): void {
    this.#shown.abort();
    clearInterval(this.#timer);
  }

  /** A form. Its messages have a line of their own, so that they move nothing. */
  show({ heading, lead, field, hint, submit, below = [], onSubmit }: Step): void {
    this.stop();
    this.#shown = new AbortController();
    this.#error = create('p', { part: 'message error', role: 'alert' });
    this.#success = create('p', { part: 'message success', role: 'status' });
    this.#status = create('p', { part: 'status', role: 'status' });
    const hints = create('p', { part: 'hint' }, hint);
    const line = create('div', { part: 'line' }, this.#error, this.#success, this.#status, hints);
    const check = create('slot', { name: 'human-check' });
    const button = create('button', { part: 'button primary' }, submit);
    const form = create('form', { part: 'form', novalidate: true }, ...field, line, check, button, ...below);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.run(button, onSubmit);
    });
    form.addEventListener('input', () =>
      this.#root.querySelector('[aria-invalid]')?.removeAttribute('aria-invalid'),
    );
    this.#put(create('h2', { part: 'heading' }, heading), lead, form);
  }

  /** The last step, which has no form. */
  finish(text: string, below: Child): void {
    this.stop();
    this.#put(create('p', { part: 'message success', role: 'status' }, text), below);
  }

  #put(...content: Child[]): void {
    this.#root.replaceChildren(create('div', { part: 'card' }, ...content));
  }

  /** Says that something was done. */
  say(text: string): void {
    this.#success.textContent = text;
  }

  /** Runs what a button does. The button is busy until it is done: a second click must not spend another attempt. */
  async run(button: HTMLButtonElement, work: () => Promise<unknown>): Promise<void> {
    const { form } = button;
    if (form?.hasAttribute('aria-busy')) return;
    const error = this.#error;
    for (const one of [form, button]) one?.setAttribute('aria-busy', 'true');
    const buttons = [...this.#root.querySelectorAll('button')].filter(({ disabled }) => !disabled);
    for (const one of buttons) one.disabled = true;
    const busy = create('span', { part: 'unseen', role: 'status' });
    form?.append(busy);
    busy.textContent = this.#texts.strings().busy;
    error.textContent = '';
    this.say('');
    try {
      await work();
    } catch (cause) {
      error.textContent = this.#texts.explain(cause);
      this.#root.querySelector('input, otp-input')?.setAttribute('aria-invalid', 'true');
    } finally {
      for (const one of [form, button]) one?.removeAttribute('aria-busy');
      for (const one of buttons) one.disabled = this.#waiting === one;
      busy.remove();
    }
  }

  /** Disables the button for another code for this long, and counts down on it. */
  countDown(seconds: number, button: HTMLButtonElement): void {
    clearInterval(this.#timer);
    const endsAt = performance.now() + seconds * 1000;
    const time = create('bdi', {});
    button.replaceChildren(this.#texts.strings().resend, time);
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
}
