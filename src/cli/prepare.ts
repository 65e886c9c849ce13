import cluster from 'node:cluster';
import { accessSync, constants, lstatSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { holdsCertificates } from '../core/certificates.js';
import { catchError } from '../options/row.js';
import { type LoadedConfig, loadConfig, type SettingsFile } from './config.js';
import { findCreationProblems } from './create.js';
import type { Source } from './given.js';
import { redactValue } from './redact.js';
import { listBroken } from './say.js';
import { isSocketPath } from './unix-socket.js';

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
  if (config && cluster.isPrimary) {
    const { HOST, PORT } = config;
    const fault = isSocketPath(HOST) ? findSocketProblem(HOST) : await findAddressProblem(HOST, PORT);
    problems.push(...listBroken([fault]));
  }
  return { ...loaded, config: problems.length === 0 ? config : null, problems };
}

/** Finds certificate authorities that Node cannot load: it only prints a warning, and continues without them. */
function findLostAuthorities(path: string | undefined): string | undefined {
  if (!path) return undefined;
  try {
    if (holdsCertificates(readFileSync(path, 'utf8'))) return undefined;
  } catch {
    return 'NODE_EXTRA_CA_CERTS: names a file that cannot be read';
  }
  return 'NODE_EXTRA_CA_CERTS: names a file that holds no certificate as PEM';
}

/** `sun_path` of unix(7), without its final zero; other systems have less. */
const maxSocketBytes = process.platform === 'linux' ? 107 : 103;

function findSocketProblem(path: string): string | undefined {
  const say = (allowed: string) => `HOST: given "${path}", allowed: ${allowed}`;
  if (Buffer.byteLength(path) > maxSocketBytes)
    return say(`the path of a socket of at most ${maxSocketBytes} bytes`);
  const folder = dirname(path);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return say(`the path of a socket in a folder that exists; ${folder} does not`);
  }
  if (catchError(() => accessSync(folder, constants.W_OK | constants.X_OK))) {
    return say(
      `the path of a socket in a folder that the service can write to; it cannot write to ${folder}`,
    );
  }
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found && !found.isSocket() ? say('the path of a socket; there is another kind of file') : undefined;
}

/**
 * Tries to listen there: only the system knows whether an address belongs to this machine and a port is allowed. A port in
 * use is not a fault of the configuration.
 */
function findAddressProblem(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'EADDRINUSE' || code === 'EAI_AGAIN') resolve(undefined);
      else if (code === 'EACCES')
        resolve(`PORT: given "${port}", allowed: a port that this user may listen on, such as 8000`);
      else
        resolve(
          `HOST: given "${redactValue('HOST', host)}", allowed: a name or an address of this machine, or the path of a socket`,
        );
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
