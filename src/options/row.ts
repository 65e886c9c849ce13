import { assertName, assertOneOf, assertWholeNumber, nameForm } from '../core/policy.js';

/**
 * One option: what may be given, what it is without, and where the service reads it. The comment above a row is its
 * documentation, which editors show and `npm run generate` writes into the pages.
 *
 * A row is keyed by the option's name. One keyed in capitals is a setting of the service alone.
 */
export interface Row<Input, Resolved> {
  /** What a setting may hold, in words. */
  allowed: string;
  default: Resolved;
  /** The default as it is written in a setting, unless it is just that. */
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

/** Says which variable the service reads an option from. */
export function from<const Setting extends string, Kind extends AnyRow>(setting: Setting, row: Kind) {
  return { ...row, setting };
}

/** Says which option another is of no use without. */
export function needing<Kind extends AnyRow>(option: string, why: string, row: Kind): Kind {
  return { ...row, needs: { option, why } };
}

type Check = AnyRow['check'];

const base = { default: undefined, isSecret: false };

/** @throws RangeError in the words of the table */
export function refuse(name: string, allowed: string, given: unknown): never {
  throw new RangeError(`${name} must be ${allowed.replaceAll('`', '')}, got ${given}`);
}

export interface NumberRange {
  min: number;
  max: number;
  default?: number;
  /** The unit, for a setting whose name does not hold it. */
  unit?: 'seconds' | 'milliseconds';
  /** Whether 0 is allowed too, with a meaning of its own. */
  orZero?: boolean;
}

export function wholeNumber<const Range extends NumberRange>(range: Range) {
  const { min, max, unit, orZero = false } = range;
  const kind = unit === undefined ? 'a whole number' : `a whole number of ${unit}`;
  const row: Row<number, number | undefined> = {
    ...base,
    allowed: `${orZero ? '0, or ' : ''}${kind} from ${min} to ${max}`,
    default: range.default,
    check(value, name) {
      if (!orZero || value !== 0) assertWholeNumber(name, value, range);
    },
    parse: (text) => (/^[0-9]{1,15}$/.test(text) ? Number(text) : null),
  };
  return row as Row<number, Range extends { default: number } ? number : number | undefined>;
}

const flagWords: Record<string, boolean> = { true: true, false: false };

/** `true` or `false`; without a default, something else decides. */
export function flag<const Default extends boolean | undefined = undefined>(byDefault?: Default) {
  const row: Row<boolean, boolean | undefined> = {
    ...base,
    allowed: '`true` or `false`',
    default: byDefault,
    check(value, name) {
      if (typeof value !== 'boolean')
        throw new TypeError(`${name} must be true or false, got ${typeof value}`);
    },
    parse: (text) => flagWords[text] ?? null,
  };
  return row as Row<boolean, Default extends boolean ? boolean : boolean | undefined>;
}

export function choice<const Value extends string>(values: readonly Value[], byDefault: Value) {
  return { ...optionalChoice(values), default: byDefault } as Row<Value, Value>;
}

/** As `choice`; without it, something else decides. */
export function optionalChoice<const Value extends string>(values: readonly Value[]) {
  const row: Row<Value, Value | undefined> = {
    ...base,
    default: undefined,
    allowed: values.map((value) => `\`${value}\``).join(', '),
    check: (value, name) => assertOneOf(name, value, values),
    parse: (text) => text as Value,
  };
  return row;
}

interface TextForm {
  allowed: string;
  /** Or a pattern that the whole text has. */
  accepts?: RegExp | ((text: string) => boolean);
}

function checkText(value: unknown, name: string, { allowed, accepts = /^[^\r\n]+$/ }: TextForm): void {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string, got ${typeof value}`);
  const isAccepted = typeof accepts === 'function' ? accepts(value) : accepts.test(value);
  if (!isAccepted) refuse(name, allowed, value);
}

export function text<const Default extends string | undefined = undefined>(
  form: TextForm,
  byDefault?: Default,
) {
  const row: Row<string, string | undefined> = {
    ...base,
    allowed: form.allowed,
    default: byDefault,
    check: (value, name) => checkText(value, name, form),
    parse: (text) => text,
  };
  return row as Row<string, Default extends string ? string : string | undefined>;
}

/** A secret as text; `check` throws without repeating it. */
export function secret(
  allowed = 'text',
  check: (value: string, name: string) => unknown = () => {},
): Row<string, string | undefined> {
  return {
    ...base,
    default: undefined,
    isSecret: true,
    allowed,
    check(value, name) {
      if (typeof value !== 'string') throw new TypeError(`${name} must be a string, got ${typeof value}`);
      check(value, name);
    },
    parse: (text) => text,
  };
}

interface ListForm {
  /** What the entries are, in words. */
  of: string;
  /** And what else holds of the list. */
  but?: string;
  accepts: RegExp | ((entry: string) => boolean);
  /** Of the list as a whole. */
  acceptsAll?: (entries: readonly string[]) => boolean;
}

/** A list of texts, as a setting with commas between them. One with a default is never empty. */
export function list({ of, but, accepts, acceptsAll = () => true }: ListForm, byDefault: string[] = []) {
  const rest = but === undefined ? '' : `, ${but}`;
  const allowed = `${of}${rest}`;
  const row: Row<readonly string[], readonly string[]> = {
    ...base,
    allowed: `${of}, with commas between them${rest}`,
    default: byDefault,
    check(value, name) {
      const isList = Array.isArray(value) && (byDefault.length === 0 || value.length > 0);
      if (!isList)
        throw new TypeError(
          `${name} must be a list of ${allowed.replaceAll('`', '')}, got ${describe(value)}`,
        );
      for (const entry of value) checkText(entry, name, { allowed, accepts });
      if (!acceptsAll(value)) refuse(name, allowed, value.join(', '));
    },
    parse: splitList,
  };
  return row;
}

/** Names of purposes. */
export function nameList(byDefault: string[]) {
  const row = list({ of: `names of ${nameForm}`, accepts: () => true }, byDefault);
  const check: Check = (value, name, others) => {
    row.check(value, name, others);
    for (const entry of value as string[]) assertName(name, entry);
  };
  return { ...row, check };
}

/** The entries of a setting. */
export function splitList(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
}

/** What has a form of its own, as a value and as text. */
export function structured<Input>(
  parts: Pick<Row<Input, Input>, 'allowed' | 'check' | 'parse'> & { isSecret?: boolean },
): Row<Input, Input | undefined> {
  return { ...base, default: undefined, ...parts };
}

/** A value for the library alone. */
export function value<Input>(check: (value: unknown, name: string) => void): Row<Input, Input | undefined> {
  return { ...base, default: undefined, allowed: '', check, parse: () => null };
}

/** A function for the library alone. */
export function hook<Function extends (...args: never[]) => unknown>() {
  return value<Function>((given, name) => {
    if (typeof given !== 'function')
      throw new TypeError(`${name} must be a function, got ${describe(given)}`);
  });
}

/** Whether the rule of another part takes it, for a message in the words of the table. */
export function passes<Given>(read: (given: Given) => unknown): (given: Given) => boolean {
  return (given) => {
    try {
      read(given);
      return true;
    } catch {
      return false;
    }
  };
}

/** What was given instead of a value of another kind. */
export function describe(given: unknown): string {
  if (Array.isArray(given)) return given.length === 0 ? 'an empty list' : 'a list';
  return typeof given === 'object' ? 'an object' : String(given);
}
