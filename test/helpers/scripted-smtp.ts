import { createServer, type Socket } from 'node:net';
import { stopAtEnd } from './leftovers.js';

export interface ScriptedCommand {
  /** Without its line end; `CONNECT` for the greeting, `CONTENT` for the message. */
  line: string;
  /** The message, with `CONTENT`. */
  content: string;
  /** Which connection since the start, from 1. */
  connection: number;
  /** How many messages this connection has taken. */
  taken: number;
  /** How many connections are open. */
  open: number;
  socket: Socket;
}

/** An SMTP server that does what `answer` says: a reply, `null` for silence, or nothing for what is usual. */
export async function startScriptedSmtp(
  answer: (command: ScriptedCommand) => string | null | undefined,
  host = '127.0.0.1',
) {
  const lines: string[] = [];
  const contents: string[] = [];
  const sockets = new Set<Socket>();
  let connection = 0;
  const server = createServer((socket) => {
    connection += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    const number = connection;
    let taken = 0;
    let received = '';
    let isContent = false;
    const reply = (line: string, usual: string, content = '') => {
      const given = answer({ line, content, connection: number, taken, open: sockets.size, socket });
      const text = given === undefined ? usual : given;
      if (text === null || socket.destroyed) return text;
      socket.write(`${text}\r\n`);
      if (/^421/.test(text)) socket.end();
      return text;
    };
    reply('CONNECT', '220 test');
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      for (;;) {
        const end = received.indexOf(isContent ? '\r\n.\r\n' : '\r\n');
        if (end === -1) return;
        const part = received.slice(0, end);
        received = received.slice(end + (isContent ? 5 : 2));
        if (isContent) {
          isContent = false;
          if (/^2/.test(reply('CONTENT', '250 taken', part) ?? '')) {
            taken += 1;
            contents.push(part);
          }
          continue;
        }
        lines.push(part);
        if (part === 'DATA') isContent = /^3/.test(reply(part, '354 go on') ?? '');
        else if (part === 'QUIT') socket.end('221 bye\r\n');
        else reply(part, '250 ok');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as { port: number };
  function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    return closed;
  }
  stopAtEnd(close);
  return {
    port,
    /** Every command, of all connections. */
    lines,
    /** Every message that was taken. */
    contents,
    sockets,
    connections: () => connection,
    close,
  };
}
