import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What an application behind a proxy got. */
export interface Echo {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** Names and values by turns, as they were sent. */
  rawHeaders: string[];
  body: string;
}

/** An application on a free port that answers with what it got, sets a cookie, and echoes after an upgrade. */
export async function startEchoApp() {
  const received: Echo[] = [];
  // As applications need it behind which people have many cookies.
  const server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers, rawHeaders } = request;
      const echo = { method, path, headers, rawHeaders, body: Buffer.concat(chunks).toString() };
      received.push(echo);
      response.writeHead(200, { 'Content-Type': 'application/json', 'Set-Cookie': 'app=1', 'X-App': 'yes' });
      response.end(JSON.stringify(echo));
    });
  });
  server.on('upgrade', ({ method = '', url: path = '', headers, rawHeaders }, socket) => {
    received.push({ method, path, headers, rawHeaders, body: '' });
    socket.on('error', () => {});
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}
