import { processClock } from '../../monotonic-clock.js';
import type { Config, SettingsFile } from '../config.js';
import type { Source } from '../given.js';
import { createBackendChecks } from './backend-checks.js';
import { type Check, type Finding, type Progress, runChecks } from './checks.js';
import { createEventsChecks } from './events-check.js';
import { createFileModeChecks } from './file-mode-checks.js';
import { createProgress } from './progress.js';
import { createStoreCheck } from './store-check.js';
import { createTokenKeyCheck } from './token-key-check.js';

/** For each check; all of them run at the same time. */
const limitMs = 5000;

const unseen: Progress = { wait() {}, found() {} };

function listChecks(config: Config, environment: Source, file: SettingsFile): Check[] {
  return [
    createStoreCheck(config),
    ...createBackendChecks(config, limitMs),
    ...createEventsChecks(config),
    createTokenKeyCheck(config),
    ...createFileModeChecks(config, environment, file),
  ];
}

/** Checks what the service depends on, and prints nothing. */
export async function findConnections(
  config: Config,
  environment: Source,
  file: SettingsFile,
): Promise<(Finding & { name: string })[]> {
  const checks = listChecks(config, environment, file);
  const findings = await runChecks(checks, { limitMs, clock: processClock, progress: unseen });
  return findings.map((finding, index) => ({ name: checks[index]?.name ?? '', ...finding }));
}

/** Checks what the service depends on, one line each on standard output. Returns whether all is well. */
export async function checkConnections(
  config: Config,
  environment: Source,
  file: SettingsFile,
): Promise<boolean> {
  const checks = listChecks(config, environment, file);
  const progress = createProgress(
    process.stdout,
    checks.map(({ name }) => name),
    process.stderr.isTTY ? process.stderr : undefined,
  );
  const findings = await runChecks(checks, { limitMs, clock: processClock, progress });
  const failures = findings.filter(({ status }) => status === 'failed').length;
  const words = failures === 0 ? 'Everything answers.' : `${failures} of ${findings.length} checks failed.`;
  process.stdout.write(`${words}\n`);
  return failures === 0;
}
