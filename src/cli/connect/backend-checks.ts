import type { SenderName } from '../../options/delivery.js';
import { createBackend, listBackends } from '../backends.js';
import type { Config } from '../config.js';
import { type Check, type Finding, failed, ok, warning } from './checks.js';
import { sayRefusal } from './say-refusal.js';

const sendTest = '`stateless-otp send-test` shows it';

/** What is known when a backend answers. */
const answers: Partial<Record<SenderName, (config: Config) => string>> = {
  smtp: ({ SMTP_HOST, SMTP_USERNAME }) =>
    `${SMTP_HOST} ${SMTP_USERNAME === undefined ? 'answers, and no login is set' : 'accepts the login'}`,
  webhook: () => `WEBHOOK_URL answers; whether it accepts our signature it cannot be asked, ${sendTest}`,
};

/** That each backend answers and accepts our credentials, as far as it says without a message. */
export function createBackendChecks(config: Config, limitMs: number): Check[] {
  const DELIVERY_TIMEOUT_MS = Math.min(config.DELIVERY_TIMEOUT_MS, limitMs);
  return listBackends(config).map((name) => ({
    name,
    run: (signal) => checkBackend(name, { ...config, DELIVERY_TIMEOUT_MS }, signal),
  }));
}

async function checkBackend(name: SenderName, config: Config, signal: AbortSignal): Promise<Finding> {
  if (name === 'console') return ok('writes codes to standard output');
  const transport = createBackend(name, config);
  try {
    const receipt = await transport.checkAccess?.({ signal });
    if (receipt === undefined) return warning(`cannot be asked without a message, ${sendTest}`);
    if (!receipt.ok) return failed(sayRefusal(name, receipt, config));
    return ok(answers[name]?.(config) ?? 'accepts the credentials');
  } finally {
    await transport.close?.();
  }
}
