import { statSync } from 'node:fs';
import { isProduction, type LoadedConfig, type SettingsFile } from '../config.js';
import { isOpenToAll } from '../secret-file.js';
import { type Check, type Finding, failed, ok, warning } from './checks.js';

const writableByOthers = 0o022;

/** That nobody else on this machine can read the files with secrets, or write to them. */
export function createFileModeChecks({ config, secretFiles }: LoadedConfig, file: SettingsFile): Check[] {
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
