import type { ForecastPolicy } from '../core/forecast.js';
import type { Channel } from '../core/policy.js';
import type { Environment } from '../options/settings.js';

/** The policy of guesses and sends that these settings are. */
export function toForecastPolicy(config: Environment, served: readonly Channel[]): ForecastPolicy {
  return {
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
  };
}
