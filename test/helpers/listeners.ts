import type { RequestListener } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import './fresh-connections.js';
import { createNextHandlers } from '../../src/adapters/next.js';
import { createNodeListener } from '../../src/adapters/node.js';
import { startServer } from '../../src/cli/server.js';
import type { Otp } from '../../src/index.js';
import { hosts } from './hosts.js';
import { listen } from './listen.js';

export type StartListener = (otp: Otp) => Promise<{ port: number; close(): unknown }>;

/** Every way to serve the API over HTTP/1.1. The last one is the server of the service. */
export const listeners = {
  'node:http': ({ handler }) => listenOnPort(createNodeListener(handler)),
  'node:http, by a handler of the app': ({ handler }) =>
    listenOnPort(createNodeListener((...args) => handler(...args))),
  express: startHost('express'),
  fastify: startHost('fastify'),
  hono: startHost('hono'),
  'the Web handler': ({ handler }) => listenOnPort(listenOnWeb(handler)),
  next: ({ handler }) => listenOnPort(listenLikeNext(handler)),
  'the service': ({ handler }) =>
    startServer(createNodeListener(handler), {
      host: '127.0.0.1',
      port: 0,
      graceMs: 0,
    }),
} satisfies Record<string, StartListener>;

export type ListenerName = keyof typeof listeners;

async function listenOnPort(listener: RequestListener) {
  const { url, close } = await listen(listener);
  return { port: Number(new URL(url).port), close };
}

function startHost(name: string): StartListener {
  return async (otp) => {
    const host = await hosts[name]?.(otp, { prefix: '' });
    if (!host) throw new Error(`There is no host ${name}`);
    return { port: Number(new URL(host.url).port), close: host.close };
  };
}

/** As an app without an adapter would serve it. */
function listenOnWeb(handler: Otp['handler']): RequestListener {
  return getRequestListener(
    (request, env) =>
      handler(request, { remoteAddress: (env as HttpBindings).incoming.socket.remoteAddress }),
    { overrideGlobalObjects: false },
  );
}

/**
 * As the App Router does: HEAD is answered by GET, a method that the route file does not export with a bare 405, and the
 * headers are those of the `IncomingMessage`.
 */
function listenLikeNext(handler: Otp['handler']): RequestListener {
  const addresses = new WeakMap<Request, string | undefined>();
  const { GET, POST, OPTIONS } = createNextHandlers(handler, {
    remoteAddress: (request) => addresses.get(request),
  });
  const exported = new Map(Object.entries({ GET, HEAD: GET, POST, OPTIONS }));
  return getRequestListener(
    async (request, env) => {
      const { incoming } = env as HttpBindings;
      const { method, url, body } = request;
      const handle = exported.get(method);
      if (!handle) return new Response(null, { status: 405 });
      const headers = new Headers(
        Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)]),
      );
      const copy = new Request(url, { method, headers, body, duplex: 'half' });
      addresses.set(copy, incoming.socket.remoteAddress);
      return handle(copy);
    },
    { overrideGlobalObjects: false },
  );
}
