import { describe } from '../core/describe.js';
import { assertName, assertOneOf, assertWholeNumber, nameForm } from '../core/policy.js';

/**
 * One option: what may be given, its default, and where the service reads it. The comment above a row is its
 * documentation, which editors show and `npm run generate` writes into the pages.
 *
 * A row is keyed by the option's name. One keyed in capitals is a setting of the service alone.
 */
export interface Row<Input, Resolved> {
  /** What a setting may hold, in words. */
  allowed: string;
  default: Resolved;
  /** The default as a setting, if its text is not simply the value. */
  defaultText?: string | undefined;
  /** Never printed, and also read from the file that `NAME_FILE` names. */
  isSecret: boolean;
  /** Has an effect only together with another option. */
  needs?: { option: string; why: string };
  /**
   * @param others all options, for what depends on another
   * @throws TypeError or RangeError that names the option, what was given unless it is secret, and what is allowed
   */
  check(value: unknown, name: string, others: Record<string, unknown>): void;
  /** What the text of a setting means, or null when it has no such form. */
  parse(text: string): Input | undefined | null;
}

// biome-ignore lint/suspicious/noExplicitAny: rows of every kind are one table
export type AnyRow = Row<any, any>;

/** What an option or a setting of this row holds in the end. */
export type ResolvedOf<Kind> = Kind extends Row<unknown, infer Value> ? Value : never;

/** Says which variable the service reads an option from. */
export function from<const Setting extends string, Kind extends AnyRow>(setting: Setting, row: Kind) {
  return { ...row, setting };
}

/** Names the option that this one has no effect without. */
export function needing<Kind extends AnyRow>(option: string, why: string, row: Kind): Kind {
  return { ...row, needs: { option, why } };
}

/** What most kinds have in common. */
const base = { default: undefined, isSecret: false, parse: (text: string) => text };

/** @throws RangeError in the words of the table */
export function refuse(name: string, allowed: string, given: unknown): never {
  throw new RangeError(`${name} must be ${allowed.replaceAll('`', '')}, got ${given}`);
}

/** @throws TypeError for a value of another type */
function checkType(value: unknown, name: string, type: string, allowed: string): void {
  if (typeof value !== type) throw new TypeError(`${name} must be ${allowed}, got ${describe(value)}`);
}

export interface NumberRange {
  min: number;
  max: number;
  /** The unit, for a setting whose name does not hold it. */
  unit?: 'seconds' | 'milliseconds';
  /** Whether 0 is allowed too, with a meaning of its own. */
  orZero?: boolean;
}

export function wholeNumber<Default extends number | undefined = undefined>(
  range: NumberRange & { default?: Default },
): Row<number, number | Default> {
  const { min, max, unit, orZero = false } = range;
  const kind = unit === undefined ? 'a whole number' : `a whole number of ${unit}`;
  return {
    ...base,
    allowed: `${orZero ? '0, or ' : ''}${kind} from ${min} to ${max}`,
    default: range.default as Default,
    check(value, name) {
      if (!orZero || value !== 0) assertWholeNumber(name, value, range);
    },
    parse: (text) => (/^[0-9]{1,15}$/.test(text) ? Number(text) : null),
  };
}

const flagWords: Record<string, boolean> = { true: true, false: false };

/** `true` or `false`; without a default, something else decides. */
export function flag<Default extends boolean | undefined = undefined>(
  byDefault = undefined as Default,
): Row<boolean, boolean | Default> {
  return {
    ...base,
    allowed: '`true` or `false`',
    default: byDefault,
    check: (value, name) => checkType(value, name, 'boolean', 'true or false'),
    parse: (text) => flagWords[text] ?? null,
  };
}

/** One of a few words; without a default, something else decides. */
export function choice<const Value extends string, Default extends Value | undefined = undefined>(
  values: readonly Value[],
  byDefault = undefined as Default,
): Row<Value, Value | Default> {
  return {
    ...base,
    allowed: values.map((value) => `\`${value}\``).join(', '),
    default: byDefault,
    check: (value, name) => assertOneOf(name, value, values),
    parse: (text) => text as Value,
  };
}

/** What a text is like: a pattern, or a check. */
type TextForm = RegExp | ((text: string) => boolean);

function checkText(value: unknown, name: string, allowed: string, accepts: TextForm): void {
  checkType(value, name, 'string', 'a string');
  const text = value as string;
  if (!(typeof accepts === 'function' ? accepts(text) : accepts.test(text))) refuse(name, allowed, text);
}

export const oneLine = /^[^\r\n]+$/;

export function text<Default extends string | undefined = undefined>(
  allowed: string,
  accepts: TextForm = oneLine,
  byDefault = undefined as Default,
): Row<string, string | Default> {
  const check: AnyRow['check'] = (value, name) => checkText(value, name, allowed, accepts);
  return { ...base, allowed, default: byDefault, check };
}

/** A secret as text; `check` throws without repeating it. */
export function secret(
  allowed = 'text',
  check: (value: string, name: string) => unknown = () => {},
): Row<string, string | undefined> {
  return {
    ...base,
    isSecret: true,
    allowed,
    check(value, name) {
      checkType(value, name, 'string', 'a string');
      check(value as string, name);
    },
  };
}

/**
 * A list of texts, as a comma-separated setting. One with a default is never empty.
 *
 * @param of what the entries are, in words
 * @param but what else holds of the list
 */
export function list(
  of: string,
  accepts: TextForm = /./,
  { but = '', default: byDefault = [] }: { but?: string; default?: readonly string[] } = {},
): Row<readonly string[], readonly string[]> {
  const rest = but && `, ${but}`;
  const allowed = `${of}${rest}`;
  return {
    ...base,
    allowed: `${of}, separated by commas${rest}`,
    default: byDefault,
    check(value, name) {
      if (!Array.isArray(value) || value.length < Math.min(byDefault.length, 1))
        throw new TypeError(
          `${name} must be a list of ${allowed.replaceAll('`', '')}, got ${describe(value)}`,
        );
      for (const entry of value) checkText(entry, name, allowed, accepts);
    },
    parse: splitList,
  };
}

/** Names of purposes. */
export function names(byDefault: readonly string[]): Row<readonly string[], readonly string[]> {
  const row = list(`names of ${nameForm}`, () => true, { default: byDefault });
  return {
    ...row,
    check(value, name, others) {
      row.check(value, name, others);
      for (const entry of value as string[]) assertName(name, entry);
    },
  };
}

export function splitList(text: string): string[] {
  const entries = text.split(',').map((entry) => entry.trim());
  return entries.filter(Boolean);
}

/** A value for the library alone. */
export function value<Input, Resolved = Input>(
  check: (value: unknown, name: string) => void,
): Row<Input, Resolved | undefined> {
  return { ...base, allowed: '', check, parse: () => null };
}

/** A function for the library alone. */
export function hook<Function extends (...args: never[]) => unknown>() {
  return value<Function>((given, name) => checkType(given, name, 'function', 'a function'));
}

/** Turns the check of another part into a predicate, so that the message comes from the table. */
export function passes<Given>(check: (given: Given) => unknown): (given: Given) => boolean {
  return (given) => catchError(() => check(given)) === undefined;
}

/** What a check throws, if it does. */
export function catchError(check: () => unknown): Error | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
