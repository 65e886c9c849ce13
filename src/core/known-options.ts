import { describe } from './describe.js';
import { findOtherName } from './other-names.js';

/**
 * Refuses unknown options, which would otherwise silently have no effect. Undefined counts as not given.
 *
 * @param settings the known options by the settings of the service that they are
 * @throws TypeError that names the option, and the known one that was probably meant
 */
export function refuseUnknownOptions(
  options: object,
  known: readonly string[],
  name = 'options',
  settings: Readonly<Record<string, string>> = {},
): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${name} must be an object, got ${describe(options)}`);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.includes(name)) continue;
    const meant = Object.hasOwn(settings, name) ? settings[name] : findOtherName(name, known);
    const hint = meant === undefined ? suggestName(name, known) : `; did you mean \`${meant}\`?`;
    throw new TypeError(`unknown option \`${name}\`${hint}`);
  }
}

/**
 * `; did you mean …?`, or nothing without a similar name.
 *
 * @param share how much of the name may differ
 */
export function suggestName(name: string, known: readonly string[], share = 1 / 3): string {
  const maxEdits = name.length * share;
  // Startup compares every environment variable with every setting; for most pairs the lengths alone rule out a match.
  const distances = known.map((other) =>
    Math.abs(name.length - other.length) > maxEdits
      ? Number.POSITIVE_INFINITY
      : countEdits(name.toLowerCase(), other.toLowerCase()),
  );
  const least = Math.min(...distances);
  const nearest =
    known.find((other) => isCutShort(name, other)) ??
    (least <= maxEdits ? known[distances.indexOf(least)] : undefined);
  return nearest === undefined ? '' : `; did you mean \`${nearest}\`?`;
}

/** As `SMTP_USER` is of `SMTP_USERNAME`. */
function isCutShort(name: string, other: string): boolean {
  return name.length >= 6 && other.toLowerCase().startsWith(name.toLowerCase());
}

/** Levenshtein distance (Wagner–Fischer). */
function countEdits(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [i, character] of [...one].entries()) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j++) {
      const replaced = (row[j] ?? 0) + (character === other[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
