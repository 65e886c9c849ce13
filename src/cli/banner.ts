import { isLoopbackHost } from '../core/loopback.js';
import { dropLastSlash } from '../core/public-prefix.js';
import { isPageServed } from '../options/rules.js';
import { toOptions } from '../options/settings.js';
import { version } from '../version.js';
import { listBackends } from './backends.js';
import type { Config } from './config.js';
import { isProduction } from './node-env.js';
import { isSocketPath } from './unix-socket.js';
import { countWorkers } from './workers.js';

export function formatBanner(config: Config, madeUp: readonly string[], port: number): string {
  const host = ['127.0.0.1', '0.0.0.0', '::'].includes(config.HOST) ? 'localhost' : config.HOST;
  const place = locate(host, port);
  const url = config.PUBLIC_URL === undefined ? place : dropLastSlash(config.PUBLIC_URL);
  // Under PUBLIC_URL, the proxy of a gate passes only the pages on: the rest of that host is the application's.
  const isGate = config.GATE_FILE !== undefined || config.GATE_ALLOW.length > 0;
  const api = isGate ? place : url;
  const count = countWorkers(config.WORKERS);
  const codes = listBackends(config).includes('console')
    ? 'appear here, one line each (console delivery, for development)'
    : `are sent by ${listBackends(config).join(', ')}`;
  const cookies = allowsPlainHttp(config) ? ' (cookies for plain http on localhost, for development)' : '';
  // The inbox answers only under localhost and the host of PUBLIC_URL.
  const isInboxShown = config.PUBLIC_URL !== undefined || isOwnHost(host);
  const inbox = isInboxShown ? `${isOwnHost(host) ? api : url}/dev/inbox` : 'needs PUBLIC_URL here';
  const lines = [
    `stateless-otp ${version}`,
    `  API      ${api}/api/v1`,
    ...(config.DOCS === 'on' ? [`  Docs     ${api}/docs`] : []),
    ...(isPageServed(toOptions(config)) ? [`  Sign-in  ${url}/sign-in${cookies}`] : []),
    ...(isGate ? [`  Gate     ${place}/authz/, which the proxy asks`] : []),
    `  Codes    ${codes}`,
    ...(hasInbox(config) ? [`  Inbox    ${inbox}`] : []),
    `  Store    ${config.STORE}${count > 1 ? `, ${count} workers` : ''}`,
    ...(url === place ? [] : [`  Listens  ${place}`]),
  ];
  if (madeUp.length > 0) {
    lines.push(
      `  Secrets  ${madeUp.join(' and ')} generated for this run; \`stateless-otp secret\` prints secrets to keep`,
    );
  }
  if (!isProduction(config) && !isOwnHost(config.HOST)) {
    const codes = hasInbox(config) ? ' and read its codes' : '';
    lines.push(
      `  WARNING  HOST=${config.HOST}: others on the network can use this development service${codes}`,
    );
  }
  return `${lines.join('\n')}\n\n`;
}

export function hasInbox(config: Config): boolean {
  return listBackends(config).includes('console') && !isProduction(config);
}

export function allowsPlainHttp(config: Config): boolean {
  return !isProduction(config) && !config.PUBLIC_URL?.startsWith('https:');
}

/** nginx writes unix sockets like this. */
function locate(host: string, port: number): string {
  if (isSocketPath(host)) return `http://unix:${host}:`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Whether only this machine can reach the host. */
function isOwnHost(host: string): boolean {
  return isSocketPath(host) || isLoopbackHost(host);
}
