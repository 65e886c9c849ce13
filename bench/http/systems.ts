import { generateKeyPairSync } from 'node:crypto';
import { policyNumbers } from '../../src/core/policy.js';
import type { Requirement } from '../requirements.js';
import { betterAuthProtocol, commonProtocol, helloProtocol, type Protocol, proxiedProtocol } from './wire.js';

export type Operation =
  | 'post'
  | 'get'
  | 'request'
  | 'right verify'
  | 'wrong verify'
  | 'bearer, seen before'
  | 'bearer, new';

/** One server that is measured. */
export interface System {
  name: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  usesRedis: boolean;
  requires: Requirement[];
  protocol: Protocol;
  operations: Operation[];
  /** Signs tokens like those of the system, to check new ones; its algorithm must be that of the tokens. */
  signer?: { algorithm: string; key: string };
  /** The same with the limits and the log on, and each request from an address of its own behind a proxy. */
  shipped?: System;
  /**
   * For a system whose own store searches all entries one by one: identities used over and over, and the most requests
   * of a round. Default: always new ones, as many as there is time for.
   */
  pool?: number;
}

/** Every ratio is to this one. */
export const floorName = 'bare node:http';

const secrets = {
  OTP_SECRET_KEY: 'YmVuY2htYXJrLW9ubHktb3RwLXNlY3JldC0wMTIzNDU=',
  JWT_SECRET: 'benchmark-only-jwt-secret-0123456789-abcdef',
};

/** Limits by address are off, since there is one address; those by identity stay on and are not reached. */
const ourEnv = {
  OTP_SECRET_KEY: secrets.OTP_SECRET_KEY,
  RATE_REQUEST_IP_MAX: '0',
  RATE_VERIFY_IP_MAX: '0',
  MEMORY_STORE_MAX_ENTRIES: '10000000',
  REDIS_TIMEOUT_MS: '5000',
  LOG_LEVEL: 'warn',
};

/** What the service does unless it is told otherwise, behind a proxy. */
const shippedEnv = {
  TRUSTED_PROXIES: 'loopback',
  RATE_REQUEST_IP_MAX: String(policyNumbers.requestIpMax.default),
  RATE_VERIFY_IP_MAX: String(policyNumbers.verifyIpMax.default),
  LOG_LEVEL: 'info',
};

const hs256 = { algorithm: 'HS256', key: secrets.JWT_SECRET };
const es256 = { algorithm: 'ES256', key: createPem('ES256') };
const edDsa = { algorithm: 'EdDSA', key: createPem('EdDSA') };
const verifies: Operation[] = ['request', 'right verify', 'wrong verify'];
const bearers: Operation[] = ['bearer, seen before', 'bearer, new'];

export const systems: System[] = [
  ofNode(floorName, 'servers/floor.mjs', { operations: ['post'] }),
  ofNode('hono', 'servers/hello.mjs', { operations: ['post', 'get'] }),
  ofNode('hono + our guards', 'servers/hello.mjs', { operations: ['post'], env: { BENCH_GUARDS: '1' } }),
  ours('ours, memory', { operations: [...verifies, ...bearers], signer: hs256 }),
  ours('ours, redis', { operations: [...verifies, ...bearers], usesRedis: true, signer: hs256 }),
  ours('ours, memory, ES256', {
    operations: ['right verify', ...bearers],
    env: { JWT_PRIVATE_KEY: es256.key },
    signer: es256,
  }),
  ours('ours, memory, EdDSA', {
    operations: ['right verify', ...bearers],
    env: { JWT_PRIVATE_KEY: edDsa.key },
    signer: edDsa,
  }),
  rival('express + redis', 'rivals/express.mjs', { operations: [...verifies, ...bearers], signer: hs256 }),
  rival('better-auth, memory', 'rivals/better-auth.mjs', {
    operations: verifies,
    usesRedis: false,
    protocol: betterAuthProtocol,
    pool: 100,
  }),
  rival('better-auth, redis', 'rivals/better-auth.mjs', {
    operations: verifies,
    protocol: betterAuthProtocol,
    pool: 200,
  }),
  fastApi('fastapi seed', { operations: [...verifies, ...bearers] }),
  fastApi('fastapi seed, routes in threads', { operations: verifies, env: { BENCH_THREADS: '1' } }),
  {
    ...rival('django seed', '', { operations: verifies }),
    command: '/bin/sh',
    args: [
      '-c',
      'exec /usr/bin/python3 -m gunicorn --chdir rivals -w 1 -k gthread --threads 8 --keep-alive 60 -b 127.0.0.1:$BENCH_PORT django_seed:application',
    ],
    requires: ['django'],
  },
];

/** The whole service on one Redis, spread over all cores. */
export const workerSystems: System[] = [1, 2, 3, 4].map((count) =>
  ours(`workers ${count}`, {
    operations: ['request', 'right verify'],
    usesRedis: true,
    env: { WORKERS: String(count) },
  }),
);

type Chosen = Partial<System> & Pick<System, 'operations'>;

function ofNode(name: string, file: string, chosen: Chosen): System {
  return {
    name,
    command: process.execPath,
    args: [file],
    env: {},
    usesRedis: false,
    requires: [],
    protocol: helloProtocol,
    ...chosen,
  };
}

function ours(name: string, { env = {}, ...chosen }: Chosen): System {
  const store = { STORE: chosen.usesRedis ? 'redis' : 'memory' };
  const jwt = env['JWT_PRIVATE_KEY'] === undefined ? { JWT_SECRET: secrets.JWT_SECRET } : {};
  const plain = ofNode(name, 'servers/ours.mjs', {
    protocol: commonProtocol,
    ...chosen,
    env: { ...jwt, ...ourEnv, ...store, ...env },
  });
  const shipped = {
    ...plain,
    name: `${name}, as shipped`,
    protocol: proxiedProtocol,
    env: { ...plain.env, ...shippedEnv },
  };
  return { ...plain, shipped };
}

function rival(name: string, file: string, chosen: Chosen): System {
  return ofNode(name, file, {
    protocol: commonProtocol,
    usesRedis: true,
    requires: ['npm'],
    env: secrets,
    ...chosen,
  });
}

function fastApi(name: string, { env = {}, operations }: Chosen): System {
  return {
    ...rival(name, '', { operations, signer: hs256, usesRedis: false }),
    command: '/usr/bin/python3',
    args: ['rivals/fastapi_seed.py'],
    env: { ...secrets, ...env },
    requires: ['fastapi'],
  };
}

function createPem(algorithm: 'ES256' | 'EdDSA'): string {
  const { privateKey } =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('ed25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
