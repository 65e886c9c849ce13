import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';

export function isSocketPath(host: string): boolean {
  return host.startsWith('/');
}

/** Removes a socket that a killed process has left behind, and never one that someone listens on. */
export async function removeStaleSocket(path: string): Promise<void> {
  const isSocket = lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true;
  if (isSocket && (await isAbandoned(path))) unlinkSync(path);
}

/** Proxies run as other users. The permissions of the folder decide who reaches the socket. */
export function openToAll(path: string): void {
  chmodSync(path, 0o666);
}

function isAbandoned(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'));
  });
}
