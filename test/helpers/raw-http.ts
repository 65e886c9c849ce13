import { connect } from 'node:net';

export interface RawAnswer {
  status: number;
  /** By name in lower case. */
  headers: Record<string, string>;
  body: string;
}

/**
 * Writes these bytes and resolves with the answers to them when the server has closed the connection.
 *
 * @param isLast whether the client closes its side after them
 */
export async function exchange(port: number, bytes: string, isLast = false): Promise<RawAnswer[]> {
  const received = await new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(bytes, 'latin1');
      if (isLast) socket.end();
    });
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text));
    // The server closes on what it refuses, which may be before it has read everything.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
  });
  return parseAnswers(received, bytes.startsWith('HEAD '));
}

function parseAnswers(text: string, isHead: boolean): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = text;
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    const [statusLine = '', ...lines] = rest.slice(0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.1 ([1-5][0-9]{2}) /.exec(statusLine)?.[1]);
    if (end < 0 || Number.isNaN(status)) throw new Error(`Not an answer: ${JSON.stringify(rest)}`);
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    rest = rest.slice(end + 4);
    const hasBody = !isHead && status >= 200 && status !== 204 && status !== 304;
    const [body, after] = hasBody ? takeBody(rest, headers) : ['', rest];
    answers.push({ status, headers, body });
    rest = after;
  }
  return answers;
}

/** The body, and what comes after it (RFC 9112 §6.3). */
function takeBody(text: string, headers: Record<string, string>): [string, string] {
  const length = headers['content-length'];
  if (length !== undefined) return [text.slice(0, Number(length)), text.slice(Number(length))];
  if (headers['transfer-encoding'] !== 'chunked') return [text, ''];
  let body = '';
  let at = 0;
  for (;;) {
    const end = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, end), 16);
    body += text.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
    if (size === 0) return [body, text.slice(at)];
    if (!(size > 0)) throw new Error(`Not a chunk: ${JSON.stringify(text.slice(at))}`);
  }
}
