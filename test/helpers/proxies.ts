import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificate } from './certificate.js';
import { type RunningProcess, root, startProcess } from './process.js';
import { findFreePort } from './redis.js';
import { requireTool } from './tools.js';
import { until } from './until.js';

/** The site of the example configurations. */
export const site = 'app.example.com';
export const certificate = createCertificate(site);

/** What an example is in front of: ports of this machine. */
export interface Behind {
  service: number;
  app: number;
  /** The origin whose preflights reach the application. Default: none, as the examples are. */
  origin?: string;
  /** As behind a proxy before it, whose X-Forwarded-* it believes; nginx believes none. Default false. */
  isSecond?: boolean;
}

export interface RunningProxy {
  port: number;
  stop(): Promise<void>;
}

/** What a proxy is started with. */
interface Launch {
  program: string;
  /** Its configuration and arguments, for a port to listen on and a folder of its own with `cert.pem` and `key.pem`. */
  configure(port: number, folder: string): { config: string; args(file: string): string[] };
}

export const proxies = {
  nginx: (behind: Behind) =>
    launch({
      program: requireTool('nginx', 'nginx-light'),
      configure(port, folder) {
        const example = substitute('examples/nginx/app.conf', {
          'listen 443 ssl;': `listen 127.0.0.1:${port} ssl;`,
          [`/etc/ssl/${site}.pem`]: join(folder, 'cert.pem'),
          [`/etc/ssl/${site}.key`]: join(folder, 'key.pem'),
          '127.0.0.1:8000': `127.0.0.1:${behind.service}`,
          '127.0.0.1:3000': `127.0.0.1:${behind.app}`,
          ...(behind.origin && { '    default 0;\n}': `    default 0;\n    '${behind.origin}' 1;\n}` }),
        });
        const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
        const config = [
          'worker_processes 1;',
          'daemon off;',
          `pid ${folder}/nginx.pid;`,
          'error_log stderr error;',
          'events {}',
          'http {',
          'access_log off;',
          ...kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`),
          example,
          '}',
        ].join('\n');
        return { config, args: (file) => ['-p', folder, '-e', 'stderr', '-c', file] };
      },
    }),
  caddy: (behind: Behind) =>
    launch({
      program: requireTool('caddy'),
      configure(port, folder) {
        const example = substitute('examples/caddy/Caddyfile', {
          [`${site} {`]: `${site} {\n\tbind 127.0.0.1\n\ttls ${folder}/cert.pem ${folder}/key.pem`,
          '127.0.0.1:8000': `127.0.0.1:${behind.service}`,
          '127.0.0.1:3000': `127.0.0.1:${behind.app}`,
          ...(behind.origin && { 'in []': `in ['${behind.origin}']` }),
          ...(behind.isSecond && { '\tmethod GET\n': '\tmethod GET\n\ttrusted_proxies 127.0.0.0/8\n' }),
        });
        const config = `{\n\tadmin off\n\thttps_port ${port}\n\tauto_https disable_redirects\n}\n${example}`;
        return { config, args: (file) => ['run', '--adapter', 'caddyfile', '--config', file] };
      },
    }),
};

/** An example as users get it, but for the ports and files of this machine. */
export function substitute(file: string, changes: Record<string, string>): string {
  let text = readFileSync(join(root, file), 'utf8');
  for (const [from, to] of Object.entries(changes)) {
    if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** Starts a proxy that listens on a free port. */
export async function launch({ program, configure }: Launch): Promise<RunningProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-proxy-'));
  // nginx started by root works as someone else, who has to get to its folders.
  chmodSync(folder, 0o755);
  const port = await findFreePort();
  const { config, args } = configure(port, folder);
  const file = join(folder, 'config');
  writeFileSync(file, config);
  writeFileSync(join(folder, 'cert.pem'), certificate.cert);
  writeFileSync(join(folder, 'key.pem'), certificate.key);
  const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const running = startProcess(program, args(file), env, folder);
  await untilListening(port, running);
  return {
    port,
    async stop() {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilListening(port: number, { child, output }: RunningProcess): Promise<void> {
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  await until(`${child.spawnfile} listens`, async () => (await canConnect(port)) || hasEnded());
  if (hasEnded()) throw new Error(`${child.spawnfile} does not listen: ${output.stdout}${output.stderr}`);
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
