import { looksNational } from '../national.js';

/** Shows the countries when what is typed looks like a number without a country code. */
export function offerCountries(): void {
  const box = document.querySelector<HTMLElement>('#countries');
  const field = document.querySelector<HTMLInputElement>('#identity');
  const select = document.querySelector<HTMLSelectElement>('#country');
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
    for (const { country, label } of countries) select.append(new Option(label, country));
    select.value = guess ?? '';
  } catch {
    // The server asks for the country if it needs one.
  }
}
