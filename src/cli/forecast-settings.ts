import { type Forecast, forecast } from '../core/forecast.js';
import type { Channel } from '../core/policy.js';
import type { Environment } from '../options/settings.js';
import { findStatelessOdds } from './stateless.js';
import { findWindowOdds } from './window-odds.js';

/** What these settings allow strangers, if messages go out by these channels. */
export function forecastSettings(config: Environment, served: readonly Channel[]): Forecast {
  const found = forecast({
    digits: config.OTP_DIGITS,
    longDigits: config.OTP_LONG_DIGITS,
    lengthenAfter: config.OTP_LENGTHEN_AFTER,
    maxAttempts: config.OTP_MAX_ATTEMPTS,
    requestIdentityMax: config.RATE_REQUEST_OTP_MAX,
    resendCooldownSeconds: config.OTP_RESEND_COOLDOWN_SECONDS,
    channels: served,
    hasDayBudgets: config.RATE_DAY === 'enforce',
    hasHumanCheck: config.HUMAN_CHECK !== 'off',
    paidDayMax: config.RATE_PAID_DAY_MAX,
    shortOpenMax: config.OTP_SHORT_OPEN_MAX,
  });
  return { ...found, odds: findStatelessOdds(config) ?? findWindowOdds(config) ?? found.odds };
}
