import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchRoot, type Launched, launch } from '../../launch.js';
import { requireSoftware } from '../../requirements.js';

/**
 * Starts nginx with the example configuration, in front of a service and of an application that answers two letters. Without
 * TLS, which the load generator does not speak.
 *
 * @throws NotRunError when there is no nginx and it cannot be installed
 */
export async function startNginx(
  servicePort: number,
  parentFolder: string,
  core: string | null,
): Promise<Launched> {
  requireSoftware('nginx');
  const folder = mkdtempSync(join(parentFolder, 'nginx-'));
  const site = readFileSync(join(benchRoot, '../examples/nginx/app.conf'), 'utf8')
    .replace('listen 443 ssl;', 'listen 127.0.0.1:BENCH_PORT;')
    .replaceAll(/ssl_certificate.*;/g, '')
    .replace('127.0.0.1:8000', `127.0.0.1:${servicePort}`)
    .replace('127.0.0.1:3000', `unix:${folder}/app`);
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const config = [
    // One process: a second would live on when the benchmark is broken off.
    'master_process off;',
    'daemon off;',
    `pid ${folder}/pid;`,
    'error_log stderr error;',
    'events {}',
    'http {',
    'access_log off;',
    'keepalive_requests 1000000000;',
    ...kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`),
    `server { listen unix:${folder}/app; return 200 'ok'; }`,
    site,
    '}',
  ];
  writeFileSync(join(folder, 'template'), config.join('\n'));
  return launch({
    command: '/bin/sh',
    args: [
      '-c',
      `sed "s/BENCH_PORT/$BENCH_PORT/" ${folder}/template > ${folder}/config; exec nginx -p ${folder} -e stderr -c ${folder}/config`,
    ],
    env: { PATH: `${process.env['PATH']}:/usr/sbin` },
    core,
  });
}
