import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';

export interface Answer {
  status: number;
  body: { [member: string]: unknown; code?: string };
  retryAfter: string | undefined;
  elapsedMs: number;
}

/** Less than a server keeps an idle connection: over an older one, a request can cross with its end (RFC 9112 §9.5). */
const freshMs = 1000;

/** A client for many requests at once: connections are kept for a moment and nothing is tried again. Never rejects. */
export function createHttpClient(maxSockets = 100) {
  const agent = new Agent({ keepAlive: true, maxSockets });
  const idleSince = new WeakMap<Socket, number>();
  agent.on('free', (socket: Socket) => idleSince.set(socket, performance.now()));

  function closeIdle(): void {
    const now = performance.now();
    for (const socket of Object.values(agent.freeSockets).flatMap((sockets = []) => sockets)) {
      if (now - (idleSince.get(socket) ?? 0) > freshMs) socket.destroy();
    }
  }

  function post(url: string, body: unknown, extraHeaders: Record<string, string> = {}): Promise<Answer> {
    return send(url, 'POST', JSON.stringify(body), extraHeaders);
  }

  /** A connection that breaks is status 0. */
  function send(
    url: string,
    method: string,
    payload?: string,
    extraHeaders: Record<string, string> = {},
  ): Promise<Answer> {
    closeIdle();
    const startedAt = performance.now();
    return new Promise((resolve) => {
      const finish = (status: number, text: string, retryAfter?: string) => {
        const body = text === '' ? {} : JSON.parse(text);
        resolve({ status, body, retryAfter, elapsedMs: performance.now() - startedAt });
      };
      const headers: Record<string, string | number> = { ...extraHeaders };
      if (payload !== undefined) {
        headers['Content-Type'] = 'application/json';
        headers['Content-Length'] = payload.length;
      }
      const outgoing = request(url, { method, agent, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => finish(response.statusCode ?? 0, text, response.headers['retry-after']));
        response.on('error', () => finish(0, ''));
      });
      outgoing.on('error', () => finish(0, ''));
      outgoing.end(payload);
    });
  }

  return { post, get: (url: string) => send(url, 'GET'), close: () => agent.destroy() };
}
