import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess } from './process.js';
import { requireTool } from './tools.js';

/** Starts nginx with one server that holds this configuration, and listens on a socket of the file system. */
export async function startNginx(inServer: string): Promise<{ socketPath: string; stop(): Promise<void> }> {
  const nginx = requireTool('nginx', 'nginx-light');
  const folder = mkdtempSync(join(tmpdir(), 'otp-nginx-'));
  const socketPath = join(folder, 'socket');
  // nginx started by root works as someone else, who has to get to its folders.
  chmodSync(folder, 0o755);
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const config = [
    `daemon off; pid ${folder}/pid; error_log stderr notice; events {}`,
    'http { access_log off;',
    ...kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`),
    `server { listen unix:${socketPath};`,
    inServer,
    '} }',
  ];
  writeFileSync(join(folder, 'nginx.conf'), config.join('\n'));
  const start = `exec ${nginx} -p ${folder} -e stderr -c ${folder}/nginx.conf 2>&1`;
  const running = startProcess('sh', ['-c', start]);
  const stop = async () => {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await running.waitFor(/start worker process \d/);
  } catch (error) {
    await stop();
    throw error;
  }
  return { socketPath, stop };
}
