// Makes the sign-in page easier to use. Every step works without scripts.

import { looksNational } from '../national.js';
import { parsePastedBase32 } from '../pasted-base32.js';
import { parsePastedCode } from '../pasted-code.js';
import { answerCheck } from './human-check.js';

const find = <Type extends HTMLElement>(selector: string) => document.querySelector<Type>(selector);

/** The Navigation API, in browsers that have it. */
const { navigation } = window as { navigation?: EventTarget };

/** A submission that leads nowhere and fires no event, such as a download, blocks its form no longer than this. */
const holdMs = 10_000;

/** Submits each form once: a second click must not spend another attempt or send another message. */
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
    // The back button may restore the page from the cache.
    addEventListener('pageshow', release);
    // The submission was stopped or failed.
    navigation?.addEventListener('navigateerror', release);
  }
}

/** Tabs share the cookie, and the page shows the sign-in acted on last. On a reload, each tab returns to its own. */
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

/** Screen readers announce what changes, not what the page came with. */
function announce(): void {
  const notice = find('#notice');
  const content = notice?.firstElementChild;
  // Appended where it already is, so nothing moves on the screen.
  if (notice && content) setTimeout(() => notice.append(content), 100);
}

function watchCode(own: string | undefined): void {
  const field = find<HTMLInputElement>('#otp');
  const form = field?.form;
  if (!field || !form) return;
  const length = Number(field.dataset.length);
  const isBase32 = field.dataset.alphabet === 'base32';
  const parse = isBase32 ? parsePastedBase32 : parsePastedCode;
  const other = isBase32 ? /[^\da-z\s-]/i : /[^\d\s-]/;
  let taken = field.value;
  const take = (text: string) => {
    const code = parse(text, length);
    // Input methods fire several events for one change.
    const isNew = code !== taken;
    taken = code ?? '';
    if (code === null) return;
    if (code !== field.value) field.value = code;
    if (isNew && code.length === length) form.requestSubmit();
  };
  /** Text that is pasted or dropped is read with its line breaks, which the field does not keep. */
  const takeWhole = (event: Event, data: DataTransfer | null) => {
    const text = data?.getData('text') ?? '';
    if (parse(text, length)?.length !== length) return;
    event.preventDefault();
    taken = '';
    take(text);
  };
  field.addEventListener('paste', (event) => takeWhole(event, event.clipboardData));
  field.addEventListener('drop', (event) => takeWhole(event, event.dataTransfer));
  for (const type of ['input', 'change', 'compositionend']) {
    field.addEventListener(type, (event) => {
      const { isComposing, inputType = '' } = event as InputEvent;
      // Leave text alone that an input method is composing, and what `takeWhole` has already looked at.
      const wasWhole = /^insertFrom(?:Paste|Drop)$/.test(inputType) && other.test(field.value);
      if (!isComposing && !wasWhole) take(field.value);
    });
  }
  if (field.hasAttribute('data-web-otp')) receiveSms(form, take);
  const lifeMs = Number(form.dataset.expiresIn) * 1000;
  // The server then says what to do. Nothing is sent again.
  setTimeout(() => location.replace(own ?? location.href), lifeMs + 1000);
}

interface OtpCredential extends Credential {
  code: string;
}

/** WebOTP: the browser asks the person, then passes on the code of an SMS that is bound to this origin. */
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
      // Refused, aborted or unavailable: the person types the code.
    });
}

/** Counts down to the next possible code, and disables the buttons until then. */
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
    const [size, unit] = chooseUnit(seconds);
    wait.textContent = (wait.dataset.text ?? '').replace(
      '{in}',
      words.format(Math.ceil(seconds / size), unit),
    );
  };
  const timer = setInterval(tick, 1000);
  tick();
}

function chooseUnit(seconds: number): [seconds: number, unit: Intl.RelativeTimeFormatUnit] {
  if (seconds < 60) return [1, 'second'];
  return seconds <= 7140 ? [60, 'minute'] : [3600, 'hour'];
}

/** Shows the countries when what is typed looks like a number without a country code. */
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
  // The browser may have filled the field in, or kept it over a reload.
  void show();
}

async function fill(select: HTMLSelectElement, url: string): Promise<void> {
  try {
    const response = await fetch(url);
    const { guess, countries } = await response.json();
    // Typing continues while the list loads: only the first response is used.
    if (select.options.length > 0) return;
    select.append(
      ...countries.map(
        ({ country, label }: { country: string; label: string }) => new Option(label, country),
      ),
    );
    select.value = guess ?? '';
  } catch {
    // The server asks for the country if it needs one.
  }
}

submitOnce();
// First: it replaces what is announced.
answerCheck();
announce();
watchCode(keepOwnSignIn());
countDown();
offerCountries();
