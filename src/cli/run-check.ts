import { formatCheck } from './check.js';
import { formatCheckJson } from './check-json.js';
import type { LoadedConfig, SettingsFile } from './config.js';
import { checkConnections, findConnections } from './connect/check-connections.js';
import type { Source } from './given.js';
import { createOutlook, type Thresholds } from './outlook.js';

export interface CheckParts {
  loaded: LoadedConfig;
  environment: Source;
  file: SettingsFile;
  thresholds: Thresholds;
  isJson: boolean;
  /** Whether to try what the service depends on. */
  isConnecting: boolean;
}

/**
 * Prints what `check` finds.
 *
 * @returns `wrong` for a configuration that does not start, `failed` for a threshold that is passed or a connection
 * @throws OtpError for thresholds that cannot be compared
 */
export async function runCheck(parts: CheckParts): Promise<'well' | 'failed' | 'wrong'> {
  const { loaded, environment, file, thresholds, isJson, isConnecting } = parts;
  const { config } = loaded;
  if (!config) {
    print(isJson ? formatCheckJson(loaded, null) : `${formatCheck(loaded)}\n`);
    return 'wrong';
  }
  const outlook = createOutlook(config, thresholds);
  let isWell = outlook.passed.length === 0;
  if (isJson) {
    const findings = isConnecting ? await findConnections(config, environment, file) : undefined;
    print(formatCheckJson(loaded, outlook, findings));
    if (findings?.some(({ status }) => status === 'failed')) isWell = false;
  } else {
    print(`${formatCheck(loaded, outlook)}\n`);
    if (isConnecting && !(await checkConnections(config, environment, file))) isWell = false;
  }
  return isWell ? 'well' : 'failed';
}

function print(text: string): void {
  process.stdout.write(text);
}
