// What makes the sign-in page easier where scripts run. Every step works without it.

import { looksNational } from '../national.js';
import { parsePastedCode } from '../pasted-code.js';

const find = <Type extends HTMLElement>(selector: string) => document.querySelector<Type>(selector);

/** The navigation API, where there is one. */
const { navigation } = window as { navigation?: EventTarget };

/** By then a submission that came to nothing unnoticed, such as a download, must not hold its button any longer. */
const holdMs = 10_000;

/** One submission a form: a second click must not spend a second attempt or send a second message. */
function submitOnce(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-once]')) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const release = () => {
      clearTimeout(timer);
      timer = undefined;
    };
    form.addEventListener('submit', (event) => {
      if (timer === undefined) timer = setTimeout(release, holdMs);
      else event.preventDefault();
    });
    // A page that the back button brings out of the cache can be used again.
    addEventListener('pageshow', release);
    // So can one whose submission was stopped or failed.
    navigation?.addEventListener('navigateerror', release);
  }
}

/**
 * Tabs share the cookie, and the page shows the sign-in that was acted on last. A tab that is loaded again goes back to its
 * own.
 */
function keepOwnSignIn(): string | undefined {
  const form = find<HTMLFormElement>('#resend-form');
  if (!form) return undefined;
  const read = (name: string) => find<HTMLInputElement>(`#resend-form [name=${name}]`)?.value ?? '';
  const own = `${location.pathname}?${new URLSearchParams({ flow: read('flow'), rd: read('rd') })}`;
  const before: unknown = history.state;
  if (typeof before === 'string' && before !== own) location.replace(before);
  else history.replaceState(own, '');
  return own;
}

/** Screen readers read out what appears, not what was there when the page came. */
function announce(): void {
  const notice = find('#notice');
  const content = notice?.firstElementChild;
  // Put where it is already: nothing moves on the screen.
  if (notice && content) setTimeout(() => notice.append(content), 100);
}

function watchCode(own: string | undefined): void {
  const field = find<HTMLInputElement>('#otp');
  const form = field?.form;
  if (!field || !form) return;
  const length = Number(field.dataset.length);
  let taken = field.value;
  const take = (text: string) => {
    const code = parsePastedCode(text, length);
    // Input methods tell of one change in several ways.
    const isNew = code !== taken;
    taken = code ?? '';
    if (code === null) return;
    if (code !== field.value) field.value = code;
    if (isNew && code.length === length) form.requestSubmit();
  };
  /** What is brought whole is read with its line ends, which the field does not keep. */
  const takeWhole = (event: Event, data: DataTransfer | null) => {
    const text = data?.getData('text') ?? '';
    if (parsePastedCode(text, length)?.length !== length) return;
    event.preventDefault();
    taken = '';
    take(text);
  };
  field.addEventListener('paste', (event) => takeWhole(event, event.clipboardData));
  field.addEventListener('drop', (event) => takeWhole(event, event.dataTransfer));
  for (const type of ['input', 'change', 'compositionend']) {
    field.addEventListener(type, (event) => {
      const { isComposing, inputType = '' } = event as InputEvent;
      // Half a syllable of an input method is not to be touched, nor what was looked at whole.
      const wasWhole = /^insertFrom(?:Paste|Drop)$/.test(inputType) && /[^\d\s-]/.test(field.value);
      if (!isComposing && !wasWhole) take(field.value);
    });
  }
  if (field.hasAttribute('data-web-otp')) receiveSms(form, take);
  const lifeMs = Number(form.dataset.expiresIn) * 1000;
  // The server says what to do then. Nothing is sent again.
  setTimeout(() => location.replace(own ?? location.href), lifeMs + 1000);
}

interface OtpCredential extends Credential {
  code: string;
}

/** WebOTP: the browser asks the person, then gives the code of a message that is bound to this origin. */
function receiveSms(form: HTMLFormElement, take: (text: string) => void): void {
  if (!('OTPCredential' in window)) return;
  const stop = new AbortController();
  form.addEventListener('submit', () => stop.abort());
  const options = { otp: { transport: ['sms'] }, signal: stop.signal };
  navigator.credentials
    .get(options as CredentialRequestOptions)
    .then((credential) => {
      if (credential) take((credential as OtpCredential).code);
    })
    .catch(() => {
      // Refused, aborted or not to be had: the code is typed.
    });
}

/** Counts down to when another code can be sent; until then the buttons rest. */
function countDown(): void {
  const wait = find('#wait');
  if (!wait) return;
  const endsAt = performance.now() + Number(wait.dataset.seconds) * 1000;
  const buttons = document.querySelectorAll<HTMLButtonElement>('#resend-form button');
  const words = new Intl.RelativeTimeFormat(`${document.documentElement.lang}-u-nu-latn`);
  for (const button of buttons) button.disabled = true;
  const tick = () => {
    const seconds = Math.ceil((endsAt - performance.now()) / 1000);
    if (seconds <= 0) {
      clearInterval(timer);
      wait.remove();
      for (const button of buttons) button.disabled = false;
      return;
    }
    const [value, unit] =
      seconds < 60 ? ([seconds, 'second'] as const) : ([Math.ceil(seconds / 60), 'minute'] as const);
    wait.textContent = (wait.dataset.text ?? '').replace('{in}', words.format(value, unit));
  };
  const timer = setInterval(tick, 1000);
  tick();
}

/** The countries appear when what is typed looks like a number without its own. */
function offerCountries(): void {
  const box = find('#countries');
  const field = find<HTMLInputElement>('#identity');
  const select = find<HTMLSelectElement>('#country');
  if (!box || !field || !select) return;
  const show = async () => {
    const isNational = looksNational(field.value);
    if (isNational && select.options.length === 0) await fill(select, box.dataset.from ?? '');
    box.hidden = !isNational || select.options.length === 0;
    select.disabled = box.hidden;
  };
  field.addEventListener('input', show);
  // What the browser filled in, or kept over a reload.
  void show();
}

async function fill(select: HTMLSelectElement, url: string): Promise<void> {
  try {
    const response = await fetch(url);
    const { guess, countries } = await response.json();
    // Typing goes on while the list comes: only the first answer is used.
    if (select.options.length > 0) return;
    select.append(
      ...countries.map(
        ({ country, label }: { country: string; label: string }) => new Option(label, country),
      ),
    );
    select.value = guess ?? '';
  } catch {
    // The server asks for the country when it has to.
  }
}

submitOnce();
announce();
watchCode(keepOwnSignIn());
countDown();
offerCountries();
