import type { Resolved } from './access.js';
import { createClient } from './connect.js';
import { listMasters } from './scripts.js';

/** The oldest Redis that the scripts work on. */
export const oldestVersion = 'Redis 6.2';

/** The version of a server that has been reached before, such as `Redis 7.0.15`; undefined when it does not say. */
export async function fetchVersion(target: Resolved, timeoutMs: number) {
  const client = createClient(target, timeoutMs);
  // Without a listener, ioredis prints errors.
  client.on('error', () => {});
  try {
    await client.connect();
    return parseVersion((await listMasters(client)[0]?.info('server')) ?? '');
  } catch {
    return undefined;
  } finally {
    client.disconnect();
  }
}

function parseVersion(info: string) {
  // Valkey also names a version of Redis, always 7.2.4.
  const valkey = /^valkey_version:(\S+)/m.exec(info)?.[1];
  if (valkey !== undefined) return { text: `Valkey ${valkey}`, isOld: false };
  const [, text, major, minor] = /^redis_version:((\d+)\.(\d+)\S*)/m.exec(info) ?? [];
  if (text === undefined) return undefined;
  return { text: `Redis ${text}`, isOld: Number(major) < 6 || (Number(major) === 6 && Number(minor) < 2) };
}
