import { statSync } from 'node:fs';
import { sayCause } from '../../delivery/cause.js';
import { processClock } from '../../monotonic-clock.js';
import type { SenderName } from '../../options/delivery.js';
import { silent } from '../../options/resolve.js';
import { resolveAccess } from '../../stores/redis/access.js';
import { fetchVersion, oldestVersion } from '../../stores/redis/version.js';
import { createWebhookTransport } from '../../transports/webhook.js';
import { createBackend, listBackends } from '../backends.js';
import type { Config, LoadedConfig, SettingsFile } from '../config.js';
import { isProduction } from '../node-env.js';
import { redactUrls } from '../redact.js';
import { isOpenToAll } from '../secret-file.js';
import { listAccess, stores } from '../stores.js';
import { type Check, createProgress, type Finding, failed, ok, runChecks, warning } from './checks.js';
import { sayRefusal } from './say-refusal.js';
import { createTokenKeyCheck } from './token-key-check.js';

/** For each check; all of them run at the same time. */
const limitMs = 5000;

/** Checks what the service depends on. Unless it is silent, prints each finding as it comes. */
export async function checkConnections(
  loaded: LoadedConfig & { config: Config },
  file: SettingsFile,
  isSilent: boolean,
): Promise<(Finding & { name: string })[]> {
  const { config } = loaded;
  const checks: Check[] = [
    createStoreCheck(config),
    ...createBackendChecks(config),
    ...createEventsChecks(config),
    createTokenKeyCheck(config),
    ...createFileModeChecks(loaded, file),
  ];
  const names = checks.map(({ name }) => name);
  const terminal = process.stderr.isTTY ? process.stderr : undefined;
  const progress = isSilent ? { wait() {}, found() {} } : createProgress(process.stdout, names, terminal);
  const findings = await runChecks(checks, { limitMs, clock: processClock, progress });
  return findings.map((finding, index) => ({ name: names[index] ?? '', ...finding }));
}

/** Checks that the store is fit for the service: opens it as the service does, which runs every command of its scripts. */
function createStoreCheck(config: Config): Check {
  return {
    name: 'store',
    async run() {
      const store = await stores[config.STORE].create(config, silent);
      try {
        await store.ping();
        if (config.STORE === 'redis') return await describeRedis(config);
        return ok(`${config.STORE}, in the process itself`);
      } finally {
        await store.close().catch(() => {});
      }
    },
  };
}

async function describeRedis(config: Config) {
  const access = listAccess(config);
  const version = await fetchVersion(resolveAccess(access), config.REDIS_TIMEOUT_MS);
  const place = redactUrls(access.url);
  if (version?.isOld) return failed(`${place}: ${version.text}, which is older than ${oldestVersion}`);
  const shown = version === undefined ? 'of a version that it does not tell' : version.text;
  return ok(`${place}: ${shown}; the user may run every command with keys ${config.REDIS_KEY_PREFIX}*`);
}

const sendTest = '`stateless-otp send-test` shows it';

/** What a successful check of each backend proves, in words. */
const answers: Partial<Record<SenderName, (config: Config) => string>> = {
  smtp: ({ SMTP_HOST, SMTP_USERNAME }) =>
    `${SMTP_HOST} ${SMTP_USERNAME === undefined ? 'answers, and no login is set' : 'accepts the login'}`,
  webhook: () => `WEBHOOK_URL answers; whether it accepts our signature it cannot be asked, ${sendTest}`,
};

/** Checks that each backend answers and accepts our credentials, if it can tell without sending a message. */
function createBackendChecks(config: Config): Check[] {
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

/**
 * Checks that EVENTS_URL answers a HEAD request, as for webhooks. No event is posted, since the receiver would act on it; so
 * whether it accepts our signature only shows with the first real event.
 */
function createEventsChecks(config: Config): Check[] {
  const { EVENTS_URL: url, EVENTS_SECRET: secret, EVENTS_ALLOW_PRIVATE_TARGETS } = config;
  if (url === undefined || secret === undefined) return [];
  return [
    {
      name: 'events',
      async run(signal) {
        const receiver = createWebhookTransport({
          url,
          secret,
          // Which URLs may be http is settled by the configuration.
          allowInsecureHttp: true,
          allowPrivateTargets: EVENTS_ALLOW_PRIVATE_TARGETS,
        });
        const receipt = await receiver.checkAccess?.({ signal });
        const place = redactUrls(url);
        if (receipt && !receipt.ok) return failed(`${place}: ${sayCause(receipt)}`);
        return ok(`${place} answers; whether it accepts our signature shows with the first event`);
      },
    },
  ];
}

const writableByOthers = 0o022;

/** Checks that nobody else on this machine can read the files with secrets, or write to them. */
function createFileModeChecks({ config, secretFiles }: LoadedConfig, file: SettingsFile): Check[] {
  const checks = Object.entries(secretFiles).map(([name, path]) => ({
    name,
    run: () => judgeMode(path, failed),
  }));
  if (!file.holdsSecret) return checks;
  // In a working copy it is created with the usual umask.
  const judgeReadable = config && isProduction(config) ? failed : warning;
  return [...checks, { name: file.path, run: () => judgeMode(file.path, judgeReadable) }];
}

function judgeMode(path: string, judgeReadable: (text: string) => Finding): Finding {
  const mode = statSync(path).mode & 0o777;
  const shown = `${path}: mode ${mode.toString(8)}`;
  if (mode & writableByOthers) return failed(`${shown}, others can change it: run chmod 600`);
  return isOpenToAll(path) ? judgeReadable(`${shown}, others can read it: run chmod 600`) : ok(shown);
}
