import { formatCheck, formatCheckJson } from './check.js';
import { print } from './command.js';
import type { LoadedConfig, SettingsFile } from './config.js';
import { checkConnections } from './connect/check-connections.js';
import { createOutlook, parseThresholds } from './outlook.js';

/**
 * Prints what `check` finds.
 *
 * @param options as they are given on the command line
 * @returns `wrong` for a configuration that does not start, `failed` for a threshold that is exceeded or a connection
 * @throws OtpError for thresholds that cannot be compared
 */
export async function runCheck(
  loaded: LoadedConfig,
  file: SettingsFile,
  options: { json?: boolean | undefined; connect?: boolean | undefined; [threshold: string]: unknown },
): Promise<'well' | 'failed' | 'wrong'> {
  const { json = false, connect = false } = options;
  const thresholds = parseThresholds(options);
  const { config } = loaded;
  if (!config) {
    print(json ? formatCheckJson(loaded, null) : `${formatCheck(loaded)}\n`);
    return 'wrong';
  }
  const outlook = createOutlook(config, thresholds);
  if (!json) print(`${formatCheck(loaded, outlook)}\n`);
  const findings = connect ? await checkConnections({ ...loaded, config }, file, json) : undefined;
  const failures = findings?.filter(({ status }) => status === 'failed').length ?? 0;
  if (json) print(formatCheckJson(loaded, outlook, findings));
  else if (findings) {
    const failed = `${failures} of ${findings.length} checks failed.`;
    print(failures === 0 ? 'Everything answers.\n' : `${failed}\n`);
  }
  return failures === 0 && outlook.exceeded.length === 0 ? 'well' : 'failed';
}
