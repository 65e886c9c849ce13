/** The Navigation API, in browsers that have it. */
const { navigation } = window as { navigation?: EventTarget };

/** Forms are usable again after this time: a submission may lead nowhere and fire no event, such as a download. */
const holdMs = 10_000;

/** Submits each form once, and shows that it is on its way: a second click must not spend another attempt. */
export function submitOnce(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-once]')) watch(form);
}

function watch(form: HTMLFormElement): void {
  const status = document.querySelector<HTMLElement>('#busy');
  let timer: ReturnType<typeof setTimeout> | undefined;
  let held: HTMLButtonElement[] = [];
  let focused: Element | null = null;

  function hold(button: HTMLElement | null): void {
    if (timer === undefined) return;
    focused = document.activeElement;
    held = [...form.querySelectorAll('button')].filter(({ disabled }) => !disabled);
    for (const one of held) one.disabled = true;
    (button ?? held[0])?.setAttribute('aria-busy', 'true');
  }

  function release(): void {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    form.removeAttribute('aria-busy');
    if (status) status.textContent = '';
    for (const one of held) {
      one.disabled = false;
      one.removeAttribute('aria-busy');
    }
    held = [];
    // A button that is disabled loses the focus.
    if (focused instanceof HTMLButtonElement && document.activeElement === document.body) focused.focus();
  }

  form.addEventListener('submit', (event) => {
    if (timer !== undefined) {
      event.preventDefault();
      return;
    }
    timer = setTimeout(release, holdMs);
    form.setAttribute('aria-busy', 'true');
    if (status) status.textContent = status.dataset.text ?? '';
    // Once the form has been read: what is sent leaves out disabled buttons.
    setTimeout(() => hold(event.submitter), 0);
  });
  // The back button may restore the page from the cache.
  addEventListener('pageshow', release);
  // The submission was stopped or failed.
  navigation?.addEventListener('navigateerror', release);
}
