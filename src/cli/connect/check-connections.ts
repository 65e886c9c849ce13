import { processClock } from '../../monotonic-clock.js';
import type { Config, LoadedConfig, SettingsFile } from '../config.js';
import { createBackendChecks } from './backend-checks.js';
import { type Check, type Finding, runChecks } from './checks.js';
import { createEventsChecks } from './events-check.js';
import { createFileModeChecks } from './file-mode-checks.js';
import { createProgress } from './progress.js';
import { createStoreCheck } from './store-check.js';
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
    ...createBackendChecks(config, limitMs),
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
