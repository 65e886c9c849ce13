import { readFileSync, statfsSync, statSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { type SettingName, settingNames, settings } from '../../options/settings.js';
import { type Config, isProduction } from '../config.js';
import { type Check, type Finding, failed, ok, warning } from './checks.js';

type Source = Record<string, string | undefined>;

/** See statfs(2). Docker and Kubernetes mount secrets on it, for one container alone. */
const tmpfs = 0x01021994;
const [readableByOthers, writableByOthers] = [0o004, 0o022];

/** That nobody else on this machine can read the files with secrets, or write to them. */
export function createFileModeChecks(config: Config, source: Source, envFile = '.env'): Check[] {
  const named = settingNames.flatMap((name) => {
    const path = settings[name].isSecret ? source[`${name}_FILE`] : undefined;
    return path ? [{ name: `${name}_FILE`, path, isLenient: false }] : [];
  });
  const isLenient = !isProduction(config);
  const files = [...named, ...(holdsSecrets(envFile) ? [{ name: envFile, path: envFile, isLenient }] : [])];
  return files.map(({ name, path, isLenient }) => ({
    name,
    run: () => judgeMode(path, isLenient),
  }));
}

function judgeMode(path: string, isLenient: boolean): Finding {
  const mode = statSync(path).mode & 0o777;
  const shown = `${path}: mode ${mode.toString(8)}`;
  if (mode & writableByOthers) return failed(`${shown}, others can change it: run chmod 600`);
  if ((mode & readableByOthers) === 0) return ok(shown);
  if (statfsSync(path).type === tmpfs) {
    return warning(`${shown}, others in this container can read it: mount it with mode 0440 or less`);
  }
  return (isLenient ? warning : failed)(`${shown}, others can read it: run chmod 600`);
}

function holdsSecrets(envFile: string): boolean {
  try {
    const names = Object.keys(parseEnv(readFileSync(envFile, 'utf8')));
    return names.some((name) => settings[name as SettingName]?.isSecret);
  } catch {
    return false;
  }
}
