import { channels } from '../core/policy.js';
import { createBackend, listBackends } from './backends.js';
import { wrongUsage } from './command.js';
import type { Config } from './config.js';
import { forecastSettings } from './forecast-settings.js';

/** What the settings allow strangers. */
export type Outlook = ReturnType<typeof createOutlook>;

export function createOutlook(
  config: Config,
  { priceSms, maxOdds, maxBill }: ReturnType<typeof parseThresholds>,
) {
  const reached = listBackends(config).flatMap((name) => createBackend(name, config).channels);
  const served = channels.filter((channel) => reached.includes(channel));
  const found = forecastSettings(config, served);
  const { identityYear } = found.odds;
  const { number, all } = found.messagesDay;
  const reachesPhones = number > 0;
  const amount = reachesPhones ? multiply(all, priceSms) : 0;
  const exceeded: string[] = [];
  if (maxOdds !== undefined && identityYear > maxOdds) {
    exceeded.push(
      `--max-odds: a year of guessing at one identity succeeds with ${format(identityYear)}, over ${format(maxOdds)}`,
    );
  }
  if (maxBill !== undefined) {
    if (reachesPhones && all === null) {
      exceeded.push(`--max-bill: messages to phones have no ceiling, so the bill can exceed ${maxBill}`);
    } else if (amount === null) {
      throw wrongUsage('--max-bill: needs --price-sms, what one message costs');
    } else if (amount > maxBill)
      exceeded.push(`--max-bill: a day can cost ${format(amount)}, over ${maxBill}`);
  }
  return {
    ...found,
    /** The most that messages to phones can cost in a day; the amount is null without a ceiling or a price. */
    billDay: { amount, perSms: priceSms ?? null },
    exceeded,
  };
}

const number = /^(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]{1,3})?$/i;

/**
 * What `check` was asked to hold the forecast to.
 *
 * @throws OtpError that names every option that is wrong
 */
export function parseThresholds(given: Record<string, unknown>) {
  const wrong: string[] = [];
  const parse = (option: string, max: number, allowed: string): number | undefined => {
    const text = given[option];
    if (typeof text !== 'string') return undefined;
    const value = number.test(text) ? Number(text) : Number.NaN;
    if (value <= max) return value;
    wrong.push(`--${option}: given "${text}", allowed: ${allowed}`);
    return undefined;
  };
  const thresholds = {
    priceSms: parse('price-sms', 1e6, 'a price such as 0.07'),
    maxOdds: parse('max-odds', 1, 'a probability such as 1e-4'),
    maxBill: parse('max-bill', 1e12, 'an amount such as 50'),
  };
  if (wrong.length > 0) throw wrongUsage(wrong.join('; '));
  return thresholds;
}

/** Without the noise of binary fractions: 1000 × 0.07 is 70. */
function multiply(count: number | null, price: number | undefined): number | null {
  return count === null || price === undefined ? null : Number((count * price).toPrecision(12));
}

/** Two digits are as many as a forecast has. */
export function format(value: number): string {
  return value > 0 && value < 0.001 ? value.toExponential(1) : String(Number(value.toPrecision(2)));
}
