import type { Content, RenderInput } from '../ports.js';

/** What a person receives: the code, its life, and what to do if they did not ask. */
export function renderMessage({ code, expiresInSeconds }: RenderInput): Content {
  return {
    locale: 'en',
    subject: 'Your one-time code',
    text: [
      `Your one-time code is ${code}`,
      '',
      `It works once and expires in ${formatDuration(expiresInSeconds)}.`,
      "If you did not ask for it, ignore this message: it wasn't you, and nobody gets in without the code.",
      '',
    ].join('\n'),
  };
}

/** Rounded down, so that a code never lives shorter than it says. */
function formatDuration(seconds: number): string {
  const [value, unit] = seconds >= 60 ? [Math.floor(seconds / 60), 'minute'] : [seconds, 'second'];
  return new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}
