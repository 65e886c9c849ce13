import { hs256, ofNode, secrets } from './our-systems.js';
import type { Chosen, System } from './system.js';
import { betterAuthProtocol, commonProtocol } from './wire.js';

const codes = ['request', 'right verify', 'wrong verify'] as const;
const bearers = ['bearer, seen before', 'bearer, new'] as const;

export const rivalSystems: System[] = [
  rival('express + redis', 'rivals/express.mjs', { operations: [...codes, ...bearers], signer: hs256 }),
  rival('better-auth, redis', 'rivals/better-auth.mjs', {
    operations: [...codes],
    protocol: betterAuthProtocol,
    pool: 200,
  }),
  fastApi('fastapi seed', { operations: [...codes, ...bearers], signer: hs256 }),
  fastApi('fastapi seed, routes in threads', { operations: [...codes], env: { BENCH_THREADS: '1' } }),
  {
    ...rival('django seed', '', { operations: [...codes] }),
    command: '/bin/sh',
    args: [
      '-c',
      'exec /usr/bin/python3 -m gunicorn --chdir rivals -w 1 -k gthread --threads 8 --keep-alive 60 -b 127.0.0.1:$BENCH_PORT django_seed:application',
    ],
    requires: ['django'],
  },
];

function rival(name: string, file: string, chosen: Chosen): System {
  return ofNode(name, file, {
    protocol: commonProtocol,
    usesRedis: true,
    requires: ['npm'],
    env: secrets,
    ...chosen,
  });
}

function fastApi(name: string, { env = {}, ...chosen }: Chosen): System {
  return {
    ...rival(name, '', { ...chosen, usesRedis: false }),
    command: '/usr/bin/python3',
    args: ['rivals/fastapi_seed.py'],
    env: { ...secrets, ...env },
    requires: ['fastapi'],
  };
}
