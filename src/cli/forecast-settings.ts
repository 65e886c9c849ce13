import { type Forecast, forecast } from '../core/forecast.js';
import type { Channel } from '../core/policy.js';
import { type Environment, toOptions } from '../options/settings.js';
import { findStatelessOdds } from './stateless.js';
import { findWindowOdds } from './window-odds.js';

/** What these settings allow strangers, if messages go out by these channels. */
export function forecastSettings(config: Environment, served: readonly Channel[]): Forecast {
  const found = forecast({
    ...toOptions(config),
    channels: served,
    hasDayBudgets: config.RATE_DAY === 'enforce',
    hasHumanCheck: config.HUMAN_CHECK !== 'off',
  });
  return { ...found, odds: findStatelessOdds(config) ?? findWindowOdds(config) ?? found.odds };
}
