import { connect, type Socket } from 'node:net';
import { until } from './until.js';

/** Opens connections that send these bytes and read nothing. Resolves when all have been sent, or cut. */
export async function openSilentConnections(port: number, count: number, bytes: string): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.pause();
    socket.on('error', () => {});
    return socket;
  });
  const isSent = (socket: Socket) => socket.destroyed || (!socket.connecting && socket.writableLength === 0);
  await until('all has been sent', () => sockets.every(isSent));
  return sockets;
}
