// The HTTP framework alone, as our service runs it: with BENCH_GUARDS=1 also our body limit, schema and headers.
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { sentAnswer } from './answer.mjs';
import { loadBuilt } from './built.mjs';

/** @type {typeof import('../../src/http/body.js')} */
const { readJsonBody } = await loadBuilt('http/body.js');
/** @type {typeof import('../../src/http/call.js')} */
const { createWebCall } = await loadBuilt('http/call.js');
/** @type {typeof import('../../src/http/respond.js')} */
const { respondJson } = await loadBuilt('http/respond.js');
/** @type {typeof import('../../src/http/schemas.js')} */
const { createSchemas } = await loadBuilt('http/schemas.js');

const { requestOtp } = createSchemas({ purposes: ['sign-in'], channels: ['email'] });
const app = new Hono();
app.get('/hello', (context) => context.json(sentAnswer));
if (process.env['BENCH_GUARDS'] === '1') {
  app.post('/hello', async ({ req }) => {
    await readJsonBody(createWebCall(req.raw), requestOtp);
    return respondJson(200, sentAnswer);
  });
} else {
  app.post('/hello', async (context) => {
    await context.req.json();
    return context.json(sentAnswer);
  });
}
createServer(getRequestListener(app.fetch, { overrideGlobalObjects: true })).listen(
  Number(process.env['BENCH_PORT']),
  '127.0.0.1',
);
