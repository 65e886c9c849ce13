import { senders } from '../options/senders.js';
import { type Environment, type SettingName, settings } from '../options/settings.js';
import { listBackends } from './backends.js';
import type { Given } from './say.js';
import { stores } from './stores.js';

/** What is given, other than its default, and changes nothing; one line a reason. */
export function findUnused(config: Environment, given: Given): string[] {
  const backends = listBackends(config);
  const inactive: [reason: string, names: string[]][] = Object.entries(senders)
    .filter(([name]) => !backends.some((backend) => backend === name))
    .map(([name, sender]) => [`without ${name} delivery`, Object.keys(sender.settings)]);
  const used: readonly string[] = stores[config.STORE].settings;
  for (const [name, { settings }] of Object.entries(stores)) {
    inactive.push([`without STORE=${name}`, settings.filter((setting) => !used.includes(setting))]);
  }
  if (config.DELIVERY_MODE === 'direct')
    inactive.push(['without DELIVERY_MODE=background', ['DELIVERY_QUEUE_MAX']]);
  const isSet = (name: string): boolean => {
    const setting = name as SettingName;
    return given[setting] !== undefined && String(config[setting]) !== String(settings[setting].default);
  };
  return inactive.flatMap(([reason, names]) => {
    const set = names.filter(isSet);
    return set.length === 0 ? [] : [`${set.join(', ')}: no effect ${reason}`];
  });
}
