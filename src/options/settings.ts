import { type FilledOptions, fillOptions, optionGroups, optionRows, type Rows } from './otp-options.js';
import type { AnyRow, ResolvedOf } from './row.js';
import { senderSettings } from './senders.js';
import { storeSettings } from './stores.js';

const groups = {
  ...optionGroups,
  Delivery: { ...optionGroups.Delivery, ...senderSettings },
  Store: storeSettings,
};

type AllRows = Rows & typeof senderSettings & typeof storeSettings;
type SettingOf<Name, Kind> = Kind extends { setting: infer Setting extends string }
  ? Setting
  : Name extends Uppercase<Name & string>
    ? Name
    : never;

/** What every setting holds: what was given, or its default. */
export type Environment = {
  [Name in keyof AllRows as SettingOf<Name, AllRows[Name]>]: ResolvedOf<AllRows[Name]>;
};
export type SettingName = keyof Environment;

/** A row that the service reads. */
export interface Setting extends AnyRow {
  group: string;
  /** The key of the row: the option that it is, or the setting itself. */
  key: string;
}

/** Every variable that the service reads: names, defaults, bounds, documentation and errors come from here. */
export const settings = Object.fromEntries(
  Object.entries(groups).flatMap(([group, rows]) =>
    Object.entries<AnyRow & { setting?: string }>(rows).flatMap(([key, row]): [string, Setting][] => {
      const name = row.setting ?? key;
      return name === name.toUpperCase() ? [[name, { ...row, group, key }]] : [];
    }),
  ),
) as Record<SettingName, Setting>;

export const settingNames = Object.keys(settings) as SettingName[];

/** The library's options that these settings are. */
export function toOptions(environment: Environment): FilledOptions {
  const ours = settingNames.filter((name) => settings[name].key in optionRows);
  return fillOptions(Object.fromEntries(ours.map((name) => [settings[name].key, environment[name]])));
}

/** How the default is written in a setting, if there is one. */
export function writeDefault({ default: value, defaultText }: AnyRow): string | undefined {
  return (defaultText ?? String(value ?? '')) || undefined;
}
