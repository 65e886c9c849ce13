import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cores, type Launched, launch } from '../launch.js';
import { openLoadGenerator } from '../load.js';
import type { Progress } from '../progress.js';
import type { RedisServer } from '../redis.js';
import { requireSoftware } from '../requirements.js';
import { startMailServer } from './companions/mail-server.js';
import { startNginx } from './companions/nginx.js';
import type { Running } from './measure.js';
import { checkTokens } from './operations/tokens.js';
import type { System } from './system.js';

export interface HttpContext {
  cores: Cores;
  connections: number;
  rounds: number;
  roundSeconds: number;
  /** Requests that are sent to learn how fast a system is, and the least that a round makes ready. */
  firstRequests: number;
  /** Started by the first case that needs it. */
  useRedis(): Promise<RedisServer>;
  progress: Progress;
  /** Given to node before the file of each server. */
  nodeArgs?: string[];
  env?: Record<string, string>;
}

/**
 * Starts a server, and what it needs next to it on the cores of the load generator.
 *
 * @param stops is added to, also when the start fails
 * @throws NotRunError when something that it needs is missing; Error when it does not start
 */
export async function startSystem(
  system: System,
  folder: string,
  stops: (() => Promise<void>)[],
  { cores, connections, useRedis, nodeArgs = [], env = {} }: HttpContext,
): Promise<Running> {
  for (const requirement of system.requires) requireSoftware(requirement);
  const createFile = (kind: string) => {
    const file = join(folder, `${kind}-${system.name.replace(/\W+/g, '-')}`);
    writeFileSync(file, '');
    return file;
  };
  const [codesFile, recipientsFile] = [createFile('codes'), createFile('recipients')];
  const keep = async (launching: Promise<Launched>) => {
    const launched = await launching;
    stops.push(launched.stop);
    return launched;
  };
  const openLoad = async (port: number) => {
    const load = await openLoadGenerator(port, connections);
    stops.unshift(async () => load.close());
    return load;
  };
  const redis = system.usesRedis ? await useRedis() : null;
  const mail = system.sendsMail ? await keep(startMailServer(recipientsFile, cores.load)) : null;
  const server = await keep(
    launch({
      command: system.command,
      args: [...nodeArgs, ...system.args],
      env: {
        ...system.env,
        ...env,
        BENCH_CODES_FILE: codesFile,
        ...(redis ? { REDIS_URL: redis.url } : {}),
        ...(mail ? { SMTP_PORT: String(mail.port) } : {}),
      },
      core: cores.server,
    }),
  );
  const load = await openLoad(server.port);
  const nginx = system.isBehindNginx ? await keep(startNginx(server.port, folder, cores.load)) : null;
  const other = redis ?? mail ?? nginx;
  const running: Running = {
    system,
    server,
    port: server.port,
    load,
    measuredLoad: nginx ? await openLoad(nginx.port) : load,
    codesFile,
    recipientsFile,
    otherPid: other?.pid ?? null,
    clear: async () => void (await redis?.client.flushall('ASYNC')),
  };
  await checkTokens(running);
  return running;
}
