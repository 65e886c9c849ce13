// The HTTP framework alone, as our service runs it: with BENCH_GUARDS=1 also our body limit, schema and headers.
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { sentAnswer } from './answer.mjs';
import { loadBuilt } from './built.mjs';

/** @type {typeof import('../../src/http/body.js')} */
const { readJsonBody } = await loadBuilt('http/body.js');
/** @type {typeof import('../../src/http/reply.js')} */
const { replyJson } = await loadBuilt('http/reply.js');
/** @type {typeof import('../../src/http/web.js')} */
const { fromWebRequest, toWebResponse } = await loadBuilt('http/web.js');
/** @type {typeof import('../../src/http/schemas.js')} */
const { createSchemas } = await loadBuilt('http/schemas.js');

const { requestOtp } = createSchemas({ purposes: ['sign-in'], channels: ['email'] });
const app = new Hono();
app.get('/hello', (context) => context.json(sentAnswer));
if (process.env['BENCH_GUARDS'] === '1') {
  app.post('/hello', async ({ req }) => {
    await readJsonBody(fromWebRequest(req.raw), requestOtp);
    return toWebResponse(replyJson(200, sentAnswer));
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
