import { ofThePage } from '../options/modes.js';
import { isPageServed } from '../options/rules.js';
import { senders } from '../options/senders.js';
import {
  type Environment,
  type SettingName,
  settingNames,
  settings,
  toOptions,
} from '../options/settings.js';
import { listBackends } from './backends.js';
import type { Given } from './say.js';
import { isStateless } from './stateless.js';
import { stores } from './stores.js';
import { isSocketPath } from './unix-socket.js';

interface Feature {
  isOff(config: Environment): boolean;
  reason: string;
  names: SettingName[];
}

const features: readonly Feature[] = [
  {
    isOff: ({ DELIVERY_MODE }) => DELIVERY_MODE === 'direct',
    reason: 'without DELIVERY_MODE=background',
    names: ['DELIVERY_QUEUE_MAX'],
  },
  {
    isOff: ({ DELIVERY_ROUTES }) => DELIVERY_ROUTES !== undefined,
    reason: 'with DELIVERY_ROUTES, which says what delivers',
    names: ['DELIVERY_BACKEND'],
  },
  {
    isOff: (config) => !isPageServed(toOptions(config)),
    reason: 'without the sign-in page (SIGN_IN_PAGE)',
    names: settingNames.filter((name) => name !== 'SIGN_IN_PAGE' && ofThePage.includes(settings[name].key)),
  },
  {
    isOff: ({ ACCESS_TOKENS }) => ACCESS_TOKENS === 'off',
    reason: 'with ACCESS_TOKENS=off',
    // Refresh tokens are refused with it, and browsers stay known without tokens.
    names: settingNames.filter(
      (name) =>
        settings[name].group === 'Tokens' &&
        !['ACCESS_TOKENS', 'REFRESH_TOKEN_TTL', 'DEVICE_TTL'].includes(name),
    ),
  },
  {
    isOff: (config) =>
      listBackends(config).every((name) => name !== 'console' && !senders[name].reachesPhones),
    reason: 'without delivery to phones',
    names: ['OTP_PHONE_COUNTRIES', 'OTP_PHONE_GUARD'],
  },
  {
    isOff: isStateless,
    reason: 'with STORE=none, whose codes all have twelve letters and digits',
    names: [
      'OTP_DIGITS',
      'OTP_ALLOW_SHORT_CODES',
      'OTP_LENGTHEN_AFTER',
      'OTP_LONG_DIGITS',
      'OTP_BINDING',
      'RATE_VERIFY_OTP_MAX',
    ],
  },
  {
    isOff: ({ OTP_MODE }) => OTP_MODE === 'window',
    reason: 'with OTP_MODE=window',
    names: [
      'OTP_MAX_ATTEMPTS',
      'OTP_RESEND',
      'OTP_LENGTHEN_AFTER',
      'OTP_LONG_DIGITS',
      'OTP_SHORT_OPEN_MAX',
      'DEVICE_TTL',
    ],
  },
  {
    isOff: ({ OTP_MODE, STORE }) => OTP_MODE === 'window' && STORE === 'none',
    reason: 'with OTP_MODE=window, which needs no store',
    names: ['OTP_ALLOW_STATELESS', 'OTP_ALLOW_UNLIMITED_COST'],
  },
  {
    isOff: ({ OTP_MODE }) => OTP_MODE === 'challenge',
    reason: 'without OTP_MODE=window, where codes of neighbouring windows are accepted',
    names: ['OTP_DRIFT_TOLERANCE', 'OTP_ALLOW_UNREQUESTED_CODES'],
  },
  { isOff: ({ HOST }) => isSocketPath(HOST), reason: 'with a unix socket as HOST', names: ['PORT'] },
  {
    isOff: ({ OTP_LENGTHEN_AFTER }) => OTP_LENGTHEN_AFTER === 0,
    reason: 'with OTP_LENGTHEN_AFTER=0',
    names: ['OTP_LONG_DIGITS', 'OTP_SHORT_OPEN_MAX'],
  },
  {
    isOff: ({ OTP_BINDING }) => OTP_BINDING === 'challenge',
    reason: 'with OTP_BINDING=challenge, since it counts unbound codes only',
    names: ['RATE_VERIFY_OTP_MAX'],
  },
];

/** Settings that are given, differ from their default and have no effect: one line for each reason. */
export function findUnused(config: Environment, given: Given): string[] {
  const backends = listBackends(config);
  const inactive: [reason: string, names: string[]][] = Object.entries(senders)
    .filter(([name]) => !backends.some((backend) => backend === name))
    .map(([name, sender]) => [`without ${name} delivery`, Object.keys(sender.settings)]);
  const used: readonly string[] = stores[config.STORE].settings;
  for (const [name, { settings }] of Object.entries(stores)) {
    inactive.push([`without STORE=${name}`, settings.filter((setting) => !used.includes(setting))]);
  }
  for (const { isOff, reason, names } of features) if (isOff(config)) inactive.push([reason, names]);
  const isSet = (name: string): boolean => {
    const setting = name as SettingName;
    return given[setting] !== undefined && String(config[setting]) !== String(settings[setting].default);
  };
  return inactive.flatMap(([reason, names]) => {
    const set = names.filter(isSet);
    return set.length === 0 ? [] : [`${set.join(', ')}: no effect ${reason}`];
  });
}
