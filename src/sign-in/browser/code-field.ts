import { parsePastedBase32 } from '../pasted-base32.js';
import { parsePastedCode } from '../pasted-code.js';

/**
 * Sends a code as soon as it is complete, however it gets into the field.
 *
 * @param own where this tab finds its own sign-in
 */
export function watchCode(own: string | undefined): void {
  const field = document.querySelector<HTMLInputElement>('#otp');
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
    markSlot(field, length);
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
      // Leaves text alone that an input method is composing, or that `takeWhole` has already looked at.
      const wasWhole = /^insertFrom(?:Paste|Drop)$/.test(inputType) && other.test(field.value);
      if (!isComposing && !wasWhole) take(field.value);
    });
  }
  for (const type of ['input', 'select', 'focus', 'keyup', 'click']) {
    field.addEventListener(type, () => markSlot(field, length));
  }
  field.setSelectionRange(field.value.length, field.value.length);
  markSlot(field, length);
  field.parentElement?.classList.add('live');
  if (field.hasAttribute('data-web-otp')) receiveSms(form, take);
  const lifeMs = Number(form.dataset.expiresIn) * 1000;
  // The page then says that the code has expired. Loading it sends nothing again.
  setTimeout(() => location.replace(own ?? location.href), lifeMs + 1000);
}

/** WebOTP: the browser asks the person, then passes on the code of an SMS that is bound to this origin. */
function receiveSms(form: HTMLFormElement, take: (text: string) => void): void {
  if (!('OTPCredential' in window)) return;
  const stop = new AbortController();
  form.addEventListener('submit', () => stop.abort());
  const options = { otp: { transport: ['sms'] }, signal: stop.signal };
  navigator.credentials
    .get(options as CredentialRequestOptions)
    .then((credential) => credential && take((credential as Credential & { code: string }).code))
    .catch(() => {
      // Refused, aborted or unavailable: the person types the code.
    });
}

/** Marks the slot that the next digit goes into. */
function markSlot({ parentElement, selectionStart, value }: HTMLInputElement, length: number): void {
  const at = Math.min(selectionStart ?? value.length, length - 1);
  for (const [index, slot] of [...(parentElement?.querySelectorAll('.slot') ?? [])].entries()) {
    slot.classList.toggle('now', index === at);
  }
}
