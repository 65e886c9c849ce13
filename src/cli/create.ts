import type { MetricsRegistry } from '../metrics/registry.js';
import { processClock } from '../monotonic-clock.js';
import { silent } from '../options/resolve.js';
import { catchError } from '../options/row.js';
import { toOptions } from '../options/settings.js';
import { createOtpOn, type Otp, type OtpOptions } from '../otp.js';
import type { Logger, Store } from '../ports.js';
import { createMemoryStore } from '../stores/memory.js';
import { createInbox } from '../transports/inbox.js';
import { createBackend, listBackends } from './backends.js';
import { allowsPlainHttp, hasInbox } from './banner.js';
import type { Config } from './config.js';
import { createFrontPage } from './front-page.js';
import { toHumanCheck } from './human-check.js';
import { sayOfSetting } from './say.js';

export function createConfiguredOtp(
  config: Config,
  store: Store,
  logger: Logger,
  metrics?: MetricsRegistry,
): Otp {
  const options = { ...toOtpOptions(config, store, logger), metrics };
  return createOtpOn(processClock, options, [createFrontPage(config)]);
}

/** Faults that only show when the service is put together, such as an invalid template, one line each. */
export function findCreationProblems(config: Config): string[] {
  const error = catchError(() => createConfiguredOtp(config, createMemoryStore(), silent).close());
  // Any other message comes from a template: templates are the only files that are read here.
  return error ? [sayOfSetting(error.message, {}) ?? `OTP_TEMPLATES_DIR: ${error.message}`] : [];
}

export function toOtpOptions(config: Config, store: Store, logger: Logger): OtpOptions {
  // Never in production: console delivery may be allowed there, but not shown to everyone.
  const inbox = hasInbox(config) ? createInbox() : undefined;
  return {
    ...toOptions(config),
    humanCheck: toHumanCheck(config),
    secretKey: config.OTP_SECRET_KEY,
    transports: listBackends(config).map((name) => createBackend(name, config, inbox)),
    unsafeDevInbox: inbox,
    unsafeInsecureCookies: allowsPlainHttp(config),
    store,
    logger,
  };
}
