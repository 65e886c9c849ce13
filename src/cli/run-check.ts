import { formatCheck } from './check.js';
import { formatCheckJson } from './check-json.js';
import type { LoadedConfig, SettingsFile } from './config.js';
import { checkConnections } from './connect/check-connections.js';
import { createOutlook, type Thresholds } from './outlook.js';

export interface CheckParts {
  loaded: LoadedConfig;
  file: SettingsFile;
  thresholds: Thresholds;
  isJson: boolean;
  /** Whether to try what the service depends on. */
  isConnecting: boolean;
}

/**
 * Prints what `check` finds.
 *
 * @returns `wrong` for a configuration that does not start, `failed` for a threshold that is exceeded or a connection
 * @throws OtpError for thresholds that cannot be compared
 */
export async function runCheck(parts: CheckParts): Promise<'well' | 'failed' | 'wrong'> {
  const { loaded, file, thresholds, isJson, isConnecting } = parts;
  const { config } = loaded;
  if (!config) {
    print(isJson ? formatCheckJson(loaded, null) : `${formatCheck(loaded)}\n`);
    return 'wrong';
  }
  const outlook = createOutlook(config, thresholds);
  if (!isJson) print(`${formatCheck(loaded, outlook)}\n`);
  const findings = isConnecting ? await checkConnections({ ...loaded, config }, file, isJson) : undefined;
  const failures = findings?.filter(({ status }) => status === 'failed').length ?? 0;
  if (isJson) print(formatCheckJson(loaded, outlook, findings));
  else if (findings) {
    const failed = `${failures} of ${findings.length} checks failed.`;
    print(failures === 0 ? 'Everything answers.\n' : `${failed}\n`);
  }
  return failures === 0 && outlook.exceeded.length === 0 ? 'well' : 'failed';
}

function print(text: string): void {
  process.stdout.write(text);
}
