// Makes the sign-in page easier to use. Every step works without scripts.

import { maxReturnUrlLength } from '../../core/return-url.js';
import { submitOnce } from './busy.js';
import { watchCode } from './code-field.js';
import { offerCountries } from './countries.js';
import { answerCheck } from './human-check.js';

const find = <Type extends HTMLElement>(selector: string) => document.querySelector<Type>(selector);

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

/**
 * Keeps the fragment of the URL, by which some applications route: a browser carries one along when a proxy redirects it
 * here (Fetch §4.4), but a form sends none. Dropped if the service would refuse the resulting target.
 */
function keepFragment(): void {
  const { hash } = location;
  if (!/^#[\x21-\x5B\x5D-\x7E]+$/.test(hash)) return;
  // Where to go afterwards, and where the choice of a language leads.
  for (const field of document.querySelectorAll<HTMLInputElement>('[name=rd], [name=page]')) {
    const { value } = field;
    if (!value.includes('#') && value.length + hash.length <= maxReturnUrlLength) field.value += hash;
  }
}

/** Screen readers announce what changes, not what the page came with. */
function announce(): void {
  const notice = find('#notice');
  // Appended where it already is, so nothing moves on the screen.
  setTimeout(() => notice?.append(...notice.childNodes), 100);
}

/** Counts down to the next possible code, on the button that asks for it, and disables the buttons until then. */
function countDown(): void {
  const button = find<HTMLButtonElement>('#resend-form [data-seconds]');
  const left = button?.querySelector('.left');
  const waitSeconds = Number(button?.dataset.seconds);
  if (!left || !(waitSeconds > 0)) return;
  const endsAt = performance.now() + waitSeconds * 1000;
  const buttons = document.querySelectorAll<HTMLButtonElement>('#resend-form button');
  for (const one of buttons) one.disabled = true;
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((endsAt - performance.now()) / 1000));
    left.textContent = seconds > 0 ? ` (${formatTime(seconds)})` : '';
    if (seconds > 0) return;
    clearInterval(timer);
    for (const one of buttons) one.disabled = false;
  };
  const timer = setInterval(tick, 1000);
  tick();
}

/** 0:30, or 1:00:00 for an hour. */
function formatTime(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const parts = hours > 0 ? [hours, minutes, seconds % 60] : [minutes, seconds % 60];
  return parts.map((part, index) => String(part).padStart(index > 0 ? 2 : 1, '0')).join(':');
}

/** The border marks a wrong entry, so it goes once the entry is changed. */
function forgetErrors(): void {
  for (const field of document.querySelectorAll('[aria-invalid]')) {
    field.addEventListener('input', () => field.removeAttribute('aria-invalid'));
  }
}

/** The list of languages closes like a menu. */
function closeLanguages(): void {
  const list = find<HTMLDetailsElement>('.languages');
  addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || !list?.open) return;
    list.open = false;
    list.querySelector('summary')?.focus();
  });
  addEventListener('click', ({ target }) => {
    if (list?.open && !list.contains(target as Node)) list.open = false;
  });
}

submitOnce();
keepFragment();
// First: it replaces what is announced.
answerCheck();
announce();
forgetErrors();
watchCode(keepOwnSignIn());
countDown();
offerCountries();
closeLanguages();
