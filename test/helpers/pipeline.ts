import { connect } from 'node:net';

/** Writes all of these requests at once, or in pieces of this size, and reads the statuses of as many answers. */
export function pipeline(port: number, requests: readonly string[], pieceBytes?: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    let text = '';
    const statuses: number[] = [];
    const socket = connect(port, '127.0.0.1', () => {
      const bytes = requests.join('');
      const size = pieceBytes ?? bytes.length;
      for (let at = 0; at < bytes.length; at += size) socket.write(bytes.slice(at, at + size));
    });
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      text += chunk;
      // What may be the beginning of a status line is kept for the next chunk.
      const end = text.lastIndexOf('\n') + 1;
      for (const [, status] of text.slice(0, end).matchAll(/HTTP\/1\.1 (\d{3})/g))
        statuses.push(Number(status));
      text = text.slice(end);
      if (statuses.length >= requests.length) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(statuses));
  });
}
