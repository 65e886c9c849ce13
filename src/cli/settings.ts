import { z } from 'zod';

/** What the documentation and the errors say of one variable. */
export interface SettingMeta {
  description: string;
  /** What may be given, in words. */
  allowed: string;
  group: string;
  /** Shown in the documentation; the schema holds the value itself. */
  defaultText?: string | undefined;
  /** Never printed, and also read from the file that `NAME_FILE` names. */
  isSecret?: boolean | undefined;
}

export const namesAllowed = '1 to 64 letters, digits, dots, hyphens or underscores';

type Base = Pick<SettingMeta, 'description' | 'group'>;

function numberWithin({ min, max }: { min: number; max: number }) {
  return z
    .string()
    .regex(/^[0-9]{1,15}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));
}

/** A whole number in its bounds, of a unit if it has one. */
export function wholeNumber(
  range: { min: number; max: number; default: number },
  { unit, ...base }: Base & { unit?: 'seconds' | 'milliseconds'; allowed?: string },
) {
  const kind = unit === undefined ? 'a whole number' : `a whole number of ${unit}`;
  return numberWithin(range)
    .default(range.default)
    .meta({
      allowed: `${kind} from ${range.min} to ${range.max}`,
      ...base,
      defaultText: String(range.default),
    });
}

/** As `wholeNumber`, with a default that other settings decide. */
export function optionalNumber(range: { min: number; max: number }, base: Base) {
  return numberWithin(range)
    .optional()
    .meta({ ...base, allowed: `a whole number from ${range.min} to ${range.max}` });
}

/** As `flag`, with a default that other settings decide. */
export function optionalFlag(base: Base) {
  return z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional()
    .meta({ ...base, allowed: '`true` or `false`' });
}

/** `true` or `false`. */
export function flag(base: Base, byDefault = false) {
  return z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .default(byDefault)
    .meta({ ...base, allowed: '`true` or `false`', defaultText: String(byDefault) });
}

/** One of a few words. */
export function choice<const Value extends string>(
  values: readonly [Value, ...Value[]],
  byDefault: Value,
  base: Base,
) {
  return z
    .enum(values)
    .default(() => byDefault as never)
    .meta({ ...base, allowed: values.map((value) => `\`${value}\``).join(', '), defaultText: byDefault });
}

/** Text that the pattern fits; without a default it may be left out. */
export function text(base: Base & { allowed: string; pattern?: RegExp }) {
  const { pattern = /^[^\r\n]+$/, ...meta } = base;
  return z.string().regex(pattern).optional().meta(meta);
}

/** As `text`, with a default. */
export function textWithDefault(byDefault: string, base: Base & { allowed: string; pattern?: RegExp }) {
  const { pattern = /^[^\r\n]+$/, ...meta } = base;
  return z
    .string()
    .regex(pattern)
    .default(byDefault)
    .meta({ ...meta, defaultText: byDefault });
}

/** A list with commas. */
export function list(byDefault: string, base: Base & { allowed: string; pattern?: RegExp }) {
  const { pattern = /./, ...meta } = base;
  return z
    .string()
    .transform((value) =>
      value
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    )
    .pipe(z.array(z.string().regex(pattern)).min(byDefault === '' ? 0 : 1))
    .default(byDefault === '' ? [] : byDefault.split(','))
    .meta({ ...meta, defaultText: byDefault || undefined });
}

/** A secret that `check` accepts. */
export function secret(base: Base & { allowed: string; check: (value: string) => boolean }) {
  const { check, ...meta } = base;
  return z
    .string()
    .refine(check)
    .optional()
    .meta({ ...meta, isSecret: true });
}
