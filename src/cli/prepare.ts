import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import { holdsCertificates } from '../core/certificates.js';
import { type LoadedConfig, loadConfig, type SettingsFile } from './config.js';
import { findCreationProblems } from './create.js';
import type { Source } from './given.js';
import { findListenProblem } from './listening.js';
import { listBroken } from './say.js';

/**
 * Everything that decides whether the service starts, except what may change until then: whether the port is free and Redis
 * answers. Both `check` and `serve` use this.
 */
export async function prepare(environment: Source, file?: SettingsFile): Promise<LoadedConfig> {
  const loaded = loadConfig(environment, file);
  const { config } = loaded;
  const problems = [
    ...loaded.problems,
    ...listBroken([findLostAuthorities(environment['NODE_EXTRA_CA_CERTS'])]),
  ];
  // Invalid settings have been dropped, so nothing could be put together from what is left.
  if (config) problems.push(...findCreationProblems(config));
  // Workers listen through their primary, which has tried it.
  if (config && cluster.isPrimary) problems.push(...listBroken([await findListenProblem(config)]));
  return { ...loaded, config: problems.length === 0 ? config : null, problems };
}

/** Node only prints a warning, and continues without those certificates. */
function findLostAuthorities(path: string | undefined): string | undefined {
  if (!path) return undefined;
  try {
    if (holdsCertificates(readFileSync(path, 'utf8'))) return undefined;
  } catch {
    return 'NODE_EXTRA_CA_CERTS: names a file that cannot be read';
  }
  return 'NODE_EXTRA_CA_CERTS: names a file that holds no certificate as PEM';
}
