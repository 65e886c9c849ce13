import { statSync } from 'node:fs';
import { settingNames, settings } from '../../options/settings.js';
import { type Config, isProduction, type SettingsFile } from '../config.js';
import type { Source } from '../given.js';
import { cleanText } from '../given-text.js';
import { isOpenToAll } from '../secret-file.js';
import { type Check, type Finding, failed, ok, warning } from './checks.js';

const writableByOthers = 0o022;

/** That nobody else on this machine can read the files with secrets, or write to them. */
export function createFileModeChecks(config: Config, environment: Source, file: SettingsFile): Check[] {
  const named = settingNames.flatMap((setting) => {
    const name = `${setting}_FILE`;
    const path = settings[setting].isSecret ? findPath(name) : '';
    return path === '' ? [] : [{ name, run: () => judgeMode(path, failed) }];
  });
  const holdsSecret = settingNames.some((name) => settings[name].isSecret && file.values[name]);
  // The one of a working copy is made with the usual umask.
  const judgeReadable = isProduction(config) ? failed : warning;
  return holdsSecret
    ? [...named, { name: file.path, run: () => judgeMode(file.path, judgeReadable) }]
    : named;

  function findPath(name: string): string {
    if (environment[name]) return cleanText(name, environment[name], 'environment').text;
    return cleanText(name, file.values[name] ?? '', 'settings file').text;
  }
}

function judgeMode(path: string, judgeReadable: (text: string) => Finding): Finding {
  const mode = statSync(path).mode & 0o777;
  const shown = `${path}: mode ${mode.toString(8)}`;
  if (mode & writableByOthers) return failed(`${shown}, others can change it: run chmod 600`);
  return isOpenToAll(path) ? judgeReadable(`${shown}, others can read it: run chmod 600`) : ok(shown);
}
