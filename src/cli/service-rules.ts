import { isLoopbackHost } from '../core/loopback.js';
import { parseMetricsAddress } from '../options/metrics-address.js';
import { catchError } from '../options/row.js';
import type { Environment } from '../options/settings.js';
import { resolveAccess } from '../stores/redis/access.js';
import { findHumanCheckProblems } from './human-check.js';
import { type Given, listBroken } from './say.js';
import { findStatelessProblems } from './stateless.js';
import { listAccess, stores } from './stores.js';
import { isSocketPath } from './unix-socket.js';

/** How settings of the service alone contradict each other, one line each. */
export function findContradictions(config: Environment, given: Given): string[] {
  const { STORE, REDIS_URL, WORKERS, OTP_MODE } = config;
  return [
    ...listBroken([
      !stores[STORE].isShared &&
        WORKERS !== '1' &&
        `WORKERS: given "${WORKERS}", more than one needs STORE=redis: each would have counters of its own`,
      OTP_MODE === 'window' &&
        WORKERS !== '1' &&
        `WORKERS: given "${WORKERS}", OTP_MODE=window allows 1: each process has limits of its own, so more would multiply the guesses`,
      STORE === 'redis' &&
        REDIS_URL === undefined &&
        'REDIS_URL: required with STORE=redis, such as redis://127.0.0.1:6379',
      STORE !== 'redis' &&
        REDIS_URL !== undefined &&
        'REDIS_URL: has no effect without STORE=redis: codes would be kept in this process only',
      isPortTaken(config) &&
        `METRICS_PORT: given "${config.METRICS_PORT}", must differ from PORT, where the service itself listens`,
      findAccessProblem(config),
    ]),
    ...findHumanCheckProblems(config),
    ...findStatelessProblems(config, given),
  ];
}

/** Whether metrics would be served where the service listens. Only one of two listeners could start. */
function isPortTaken({ METRICS_PORT, HOST, PORT }: Environment): boolean {
  const metrics = METRICS_PORT === undefined ? null : parseMetricsAddress(METRICS_PORT);
  if (metrics?.port !== PORT || PORT === 0 || isSocketPath(HOST)) return false;
  const hosts = [metrics.host, HOST];
  const isEverywhere = hosts.some((host) => host === '0.0.0.0' || host === '::');
  return isEverywhere || metrics.host === HOST || hosts.every(isLoopbackHost);
}

function findAccessProblem(config: Environment): string | undefined {
  if (config.REDIS_URL === undefined) return undefined;
  const error = catchError(() => resolveAccess(listAccess(config)));
  return error && `REDIS_URL: ${error.message}`;
}
