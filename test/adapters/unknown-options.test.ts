import assert from 'node:assert/strict';
import { test } from 'node:test';
import fastify from 'fastify';
import { createExpressMiddleware, requireToken as requireExpressToken } from '../../src/adapters/express.js';
import { createFastifyPlugin, requireToken as requireFastifyToken } from '../../src/adapters/fastify.js';
import { createHonoHandler, requireToken as requireHonoToken } from '../../src/adapters/hono.js';
import { createNextHandlers } from '../../src/adapters/next.js';
import { createNodeListener } from '../../src/adapters/node.js';
import type { Otp } from '../../src/index.js';
import { createTestOtp } from '../helpers/otp.js';

type Create = (subject: never, options?: never) => unknown;
const { otp } = createTestOtp();

/** Each adapter, with an option that it has, or null, and one that is nearly the same. */
const adapters: [name: string, create: Create, known: object | null, wrong: string, hint: string][] = [
  [
    'node',
    createNodeListener as Create,
    { stalledTimeoutMs: 1000 },
    'stalledTimeout',
    '; did you mean `stalledTimeoutMs`?',
  ],
  ['express', createExpressMiddleware as Create, null, 'prefix', ''],
  ['fastify', createFastifyPlugin as Create, null, 'prefix', ''],
  [
    'hono',
    createHonoHandler as Create,
    { remoteAddress: () => '192.0.2.1' },
    'remoteAdress',
    '; did you mean `remoteAddress`?',
  ],
  ['next', createNextHandlers as Create, { prefix: '/auth' }, 'prefx', '; did you mean `prefix`?'],
];
const guards: [name: string, create: Create][] = [
  ['express', requireExpressToken as Create],
  ['fastify', requireFastifyToken as Create],
  ['hono', requireHonoToken as Create],
];

test('an adapter refuses an option that it does not have, by name, and takes those that it has', () => {
  for (const [name, create, known, wrong, hint] of adapters) {
    const make = (options?: object) => create(otp.handler as never, options as never);
    assert.throws(
      () => make({ [wrong]: 1 }),
      { name: 'TypeError', message: `unknown option \`${wrong}\`${hint}` },
      name,
    );
    for (const options of [undefined, {}, { [wrong]: undefined }, ...(known ? [known] : [])]) make(options);
    assert.throws(() => make(null as never), /options must be an object, got null/, name);
  }
});

test('so does a guard', () => {
  for (const [name, create] of guards) {
    const make = (options?: object) => create(otp as never, options as never);
    assert.throws(
      () => make({ purpose: 'payment' }),
      /^TypeError: unknown option `purpose`; did you mean `purposes`\?$/,
      name,
    );
    for (const options of [undefined, {}, { purposes: ['payment'] }]) make(options);
  }
});

test('what is registered in Fastify takes the options of Fastify and no others', async () => {
  const register = async (options: object) => {
    const app = fastify();
    app.register(createFastifyPlugin(otp.handler), options);
    try {
      await app.ready();
    } finally {
      await app.close();
    }
  };
  await register({ prefix: '/auth', logLevel: 'warn' });
  await assert.rejects(register({ prefx: '/auth' }), /unknown option `prefx`; did you mean `prefix`\?/);
});

test('an Otp passed instead of its handler is refused when the adapter is made', () => {
  for (const [name, create] of adapters) {
    for (const wrong of [otp, undefined, {} as Otp])
      assert.throws(
        () => create(wrong as never),
        /^TypeError: handler must be the handler of what createOtp returned/,
        name,
      );
  }
});
