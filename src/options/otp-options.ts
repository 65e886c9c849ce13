import type { Transport } from '../ports.js';
import { codeOptions } from './codes.js';
import { deliveryOptions } from './delivery.js';
import { eventOptions } from './events.js';
import { gateOptions } from './gate.js';
import { humanCheckOptions } from './human-check.js';
import { limitOptions } from './limits.js';
import { messageOptions } from './messages.js';
import { pageOptions } from './page.js';
import { partOptions } from './parts.js';
import type { AnyRow, ResolvedOf, Row } from './row.js';
import { secretOptions } from './secrets.js';
import { serverOptions } from './server.js';
import { tokenOptions } from './tokens.js';

/** The groups of the table, except the settings of senders and stores, which `settings.ts` adds. */
export const optionGroups = {
  Secrets: secretOptions,
  Codes: codeOptions,
  Limits: limitOptions,
  'Human check': humanCheckOptions,
  Tokens: tokenOptions,
  Gate: gateOptions,
  Messages: messageOptions,
  'Sign-in page': pageOptions,
  Delivery: deliveryOptions,
  Events: eventOptions,
  Server: serverOptions,
  Parts: partOptions,
};

type Groups = typeof optionGroups;
type Intersection<Union> = (Union extends unknown ? (member: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;
export type Rows = Intersection<Groups[keyof Groups]>;
type OptionName<Name> = Name extends Uppercase<Name & string> ? never : Name;

/** A type for each group: of an intersection, editors show no comments. */
type Given<Group> = {
  [Name in keyof Group as OptionName<Name>]?: Group[Name] extends Row<infer Input, unknown>
    ? Input | undefined
    : never;
};

/** Every option, with its default where it has one. */
export type FilledOptions = {
  [Name in keyof Rows as OptionName<Name>]: ResolvedOf<Rows[Name]>;
} & Pick<OtpOptions, 'secretKey' | 'transports'>;

/** What `createOtp` takes. */
export interface OtpOptions
  extends Given<typeof secretOptions>,
    Given<typeof codeOptions>,
    Given<typeof limitOptions>,
    Given<typeof humanCheckOptions>,
    Given<typeof tokenOptions>,
    Given<typeof gateOptions>,
    Given<typeof messageOptions>,
    Given<typeof pageOptions>,
    Given<typeof deliveryOptions>,
    Given<typeof eventOptions>,
    Given<typeof serverOptions>,
    Given<typeof partOptions> {
  secretKey: Uint8Array | string;
  transports: readonly Transport[];
}

/** By the name of the option. */
export const optionRows: Record<string, AnyRow> = Object.fromEntries(
  Object.values(optionGroups).flatMap((rows) =>
    Object.entries(rows).filter(([name]) => name !== name.toUpperCase()),
  ),
);

/** The names of the options by the setting that each of them is in the service. */
export const optionsBySetting: Record<string, string> = Object.fromEntries(
  Object.entries<AnyRow & { setting?: string }>(optionRows).flatMap(([name, { setting }]) =>
    setting === undefined ? [] : [[setting, name]],
  ),
);

/** @throws TypeError or RangeError that begins with the name of the option, and says what is allowed */
export function checkOption(name: string, value: unknown, others: Record<string, unknown>): void {
  try {
    optionRows[name]?.check(value, name, others);
  } catch (error) {
    // Parts have words of their own for what they read.
    if (error instanceof Error && !error.message.startsWith(name))
      error.message = `${name}: ${error.message}`;
    throw error;
  }
}

/** Every option; one that is undefined counts as not given. */
export function fillOptions(given: Record<string, unknown>): FilledOptions {
  const filled = Object.entries(optionRows).map(([name, row]) => [name, given[name] ?? row.default]);
  return Object.fromEntries(filled) as FilledOptions;
}
