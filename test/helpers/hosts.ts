import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import './fresh-connections.js';
import { createExpressMiddleware, requireToken as requireExpressToken } from '../../src/adapters/express.js';
import { createFastifyPlugin, requireToken as requireFastifyToken } from '../../src/adapters/fastify.js';
import { createHonoHandler, requireToken as requireHonoToken } from '../../src/adapters/hono.js';
import type { Otp } from '../../src/index.js';
import { listen } from './listen.js';

export interface HostOptions {
  /** Where the API is mounted. */
  prefix: string;
  /** Whether the framework believes X-Forwarded-For. */
  trustsProxy?: boolean;
  purposes?: string[];
}

interface Host {
  url: string;
  close(): unknown;
}

/** Servers with the API, a route `/me` behind the guard, and `/own` after the API. */
export const hosts: Record<string, (otp: Otp, options: HostOptions) => Promise<Host>> = {
  express: (otp, options) => startExpress(otp, options, []),
  'express after express.json()': (otp, options) => startExpress(otp, options, [express.json()]),
  'express after express.urlencoded()': (otp, options) => startExpress(otp, options, [express.urlencoded()]),
  'express after express.text()': (otp, options) =>
    startExpress(otp, options, [express.text({ type: () => true })]),
  async fastify(otp, { prefix, trustsProxy = false, purposes }) {
    const app = fastify({ trustProxy: trustsProxy });
    app.register(createFastifyPlugin(otp.handler), { prefix });
    app.get('/me', { onRequest: requireFastifyToken(otp, { purposes }) }, async ({ claims }) => ({
      identity: claims?.sub,
    }));
    app.post('/own', async ({ body }) => body);
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    return { url, close: () => app.close() };
  },
  async hono(otp, { prefix, purposes }) {
    const app = new Hono();
    app.mount(prefix || '/', createHonoHandler(otp.handler));
    app.get('/me', requireHonoToken(otp, { purposes }), (c) => c.json({ identity: c.get('claims').sub }));
    app.post('/own', async (c) => c.json(await c.req.json()));
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1', overrideGlobalObjects: false });
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
  },
};

async function startExpress(
  otp: Otp,
  { prefix, trustsProxy = false, purposes }: HostOptions,
  before: express.RequestHandler[],
): Promise<Host> {
  const app = express();
  app.set('trust proxy', trustsProxy);
  for (const middleware of before) app.use(middleware);
  app.use(prefix || '/', createExpressMiddleware(otp.handler));
  app.get('/me', requireExpressToken(otp, { purposes }), (req, res) => {
    res.json({ identity: req.claims?.sub });
  });
  app.post('/own', express.json(), (req, res) => {
    res.json(typeof req.body === 'string' ? JSON.parse(req.body) : req.body);
  });
  return listen(app);
}
