import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { policyNumbers } from '../../src/core/policy.js';
import type { Signer } from './operations/operation.js';
import type { Chosen, System } from './system.js';
import { commonProtocol, helloProtocol, proxiedProtocol } from './wire.js';

/** Of every system; made up for each run, as production refuses secrets that somebody has thought up. */
export const secrets = {
  OTP_SECRET_KEY: randomBytes(32).toString('base64'),
  JWT_SECRET: randomBytes(32).toString('base64url'),
};

/**
 * All limits off that can be, as the rivals have none; those of an identity in ten minutes stay on and are not reached. The bench
 * asks for more codes in a second than strangers may have open in an hour, so that figure is out of its way.
 */
const plainEnv = {
  OTP_SECRET_KEY: secrets.OTP_SECRET_KEY,
  RATE_REQUEST_IP_MAX: '0',
  RATE_VERIFY_IP_MAX: '0',
  RATE_DAY: 'off',
  OTP_SHORT_OPEN_MAX: '100000000',
  MEMORY_STORE_MAX_ENTRIES: '10000000',
  REDIS_TIMEOUT_MS: '5000',
  LOG_LEVEL: 'warn',
};

/** What the service does in production unless it is told otherwise, behind a proxy. */
const shippedEnv = {
  NODE_ENV: 'production',
  OTP_ALLOW_CONSOLE_DELIVERY: 'true',
  TRUSTED_PROXIES: 'loopback',
  RATE_REQUEST_IP_MAX: String(policyNumbers.requestIpMax.default),
  RATE_VERIFY_IP_MAX: String(policyNumbers.verifyIpMax.default),
  RATE_DAY: 'enforce',
  LOG_LEVEL: 'info',
};

export const hs256: Signer = { algorithm: 'HS256', key: secrets.JWT_SECRET };
export const es256: Signer = { algorithm: 'ES256', key: createPem('ES256') };
export const edDsa: Signer = { algorithm: 'EdDSA', key: createPem('EdDSA') };

/** A server that runs on node. */
export function ofNode(name: string, file: string, chosen: Chosen): System {
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

/** Our service without limits and log, and its twin as shipped. */
export function ours(name: string, chosen: Chosen): System {
  return { ...oursPlain(name, chosen), shipped: oursShipped(name, chosen) };
}

export function oursPlain(name: string, { env = {}, ...chosen }: Chosen): System {
  const store = { STORE: chosen.usesRedis ? 'redis' : 'memory' };
  const jwt = env['JWT_PRIVATE_KEY'] === undefined ? { JWT_SECRET: secrets.JWT_SECRET } : {};
  return ofNode(name, 'servers/ours.mjs', {
    protocol: commonProtocol,
    ...chosen,
    env: { ...jwt, ...plainEnv, ...store, ...env },
  });
}

export function oursShipped(name: string, { env = {}, ...chosen }: Chosen): System {
  return oursPlain(`${name}, as shipped`, {
    protocol: proxiedProtocol,
    ...chosen,
    env: { ...shippedEnv, ...env },
  });
}

function createPem(algorithm: 'ES256' | 'EdDSA'): string {
  const { privateKey } =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('ed25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
