import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import type { Socket } from 'node:net';
import type { Echo } from './echo-app.js';
import { certificate, site } from './proxies.js';

export interface ProxyAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** What the application got; null when the answer is not the application's. */
  echo: Echo | null;
  /** The local port of the connection: the same for requests that shared one. */
  localPort: number | undefined;
}

export interface Asking {
  method?: string;
  /** The request target; each character is one byte. */
  path?: string;
  /** The Host header. Default: the site of the examples. */
  host?: string;
  /** Names and values, repeated names included. */
  headers?: readonly (readonly [string, string])[];
  body?: string;
  /** The address of this machine to come from. Default 127.0.0.1. */
  from?: string;
  agent?: Agent;
}

export const acceptsPages = ['Accept', 'text/html,application/xhtml+xml,*/*;q=0.8'] as const;
export const bearer = (token: string) => ['Authorization', `Bearer ${token}`] as const;
export const cookie = (token: string) => ['Cookie', `theme=dark; __Host-otp_session=${token}`] as const;

/** A client that keeps its connection. */
export const createKeepAlive = () => new Agent({ keepAlive: true, maxSockets: 1 });

function open(port: number, asking: Asking) {
  const { method = 'GET', path = '/', host = site, headers = [], body, from, agent } = asking;
  return request({
    host: '127.0.0.1',
    port,
    servername: site,
    ca: certificate.cert,
    method,
    path,
    localAddress: from ?? '127.0.0.1',
    agent: agent ?? false,
    headers: [
      ...['Host', host],
      ...(body === undefined ? [] : ['Content-Length', String(Buffer.byteLength(body))]),
      ...headers.flat(),
    ],
  });
}

/** Asks the site through the proxy on this port, over TLS. */
export function ask(port: number, asking: Asking = {}): Promise<ProxyAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = open(port, asking);
    let localPort: number | undefined;
    outgoing.on('socket', (socket) => {
      localPort = socket.localPort;
      if (socket.connecting) {
        socket.once('connect', () => {
          localPort = socket.localPort;
        });
      }
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let text = '';
      response.on('error', reject);
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => {
        const isApp = response.headers['x-app'] === 'yes';
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          echo: isApp && text !== '' ? (JSON.parse(text) as Echo) : null,
          localPort,
        });
      });
    });
    outgoing.end(asking.body);
  });
}

/** Asks for an upgrade, and sends the words once it is granted. Returns what came back, or the status of a refusal. */
export function upgrade(port: number, asking: Asking, words: string): Promise<string | number> {
  return new Promise((resolve, reject) => {
    const headers = [['Connection', 'Upgrade'], ['Upgrade', 'websocket'], ...(asking.headers ?? [])] as const;
    const outgoing = open(port, { ...asking, headers });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    outgoing.on('upgrade', (_response, socket: Socket, head: Buffer) => {
      let text = head.toString();
      socket.on('error', reject);
      socket.on('data', (chunk) => {
        text += chunk;
        if (text.length >= words.length) {
          socket.destroy();
          resolve(text);
        }
      });
      socket.write(words);
    });
    outgoing.end();
  });
}
