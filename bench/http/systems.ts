import { edDsa, es256, hs256, ofNode, ours, oursPlain, oursShipped } from './our-systems.js';
import { rivalSystems } from './rival-systems.js';
import type { System } from './system.js';
import { browserProtocol } from './wire.js';

/** Every ratio is to this one. */
export const floorName = 'bare node:http';

const everything: System['operations'] = [
  'request',
  'right verify',
  'wrong verify',
  'bearer, seen before',
  'bearer, new',
  'gate by cookie',
  'request, known browser',
  'right verify, remember',
];

export const systems: System[] = [
  ofNode(floorName, 'servers/floor.mjs', { operations: ['post'] }),
  ofNode('hono', 'servers/hello.mjs', { operations: ['post', 'get', 'get as a gate'] }),
  ofNode('hono + our guards', 'servers/hello.mjs', { operations: ['post'], env: { BENCH_GUARDS: '1' } }),
  ours('ours, memory', { operations: everything, signer: hs256 }),
  // Next to the one that they are compared with.
  oursShipped('ours, memory, with metrics', {
    operations: ['request', 'right verify'],
    env: { METRICS_PORT: '9464' },
    signer: hs256,
  }),
  oursShipped('ours, memory, without log', {
    operations: ['request', 'right verify'],
    env: { LOG_LEVEL: 'warn' },
    signer: hs256,
  }),
  ours('ours, redis', { operations: everything, usesRedis: true, signer: hs256 }),
  oursPlain('ours, memory, ES256', {
    operations: ['right verify', 'bearer, new'],
    env: { JWT_PRIVATE_KEY: es256.key },
    signer: es256,
  }),
  oursPlain('ours, memory, EdDSA', {
    operations: ['right verify', 'bearer, new'],
    env: { JWT_PRIVATE_KEY: edDsa.key },
    signer: edDsa,
  }),
  oursShipped('ours, memory, behind nginx', {
    operations: ['gate by cookie'],
    isBehindNginx: true,
    protocol: browserProtocol,
    signer: hs256,
  }),
  oursShipped('ours, memory, by SMTP', {
    operations: ['request of 1000 recipients'],
    sendsMail: true,
    env: {
      DELIVERY_BACKEND: 'smtp',
      SMTP_HOST: '127.0.0.1',
      SMTP_FROM: 'codes@example.com',
      SMTP_REQUIRE_TLS: 'false',
      DELIVERY_TIMEOUT_MS: '60000',
    },
  }),
  oursShipped('ours, memory, human check', {
    operations: ['human check asked', 'human check redeemed'],
    env: { RATE_REQUEST_IP_MAX: '1000000', RATE_VERIFY_IP_MAX: '1000000' },
  }),
  ...rivalSystems,
];

/** The whole service on one Redis, spread over all cores. */
export const workerSystems: System[] = [1, 2, 4].map((count) =>
  oursShipped(`workers ${count}`, {
    operations: ['request', 'right verify'],
    usesRedis: true,
    env: { WORKERS: String(count) },
  }),
);
