import { readFileSync } from 'node:fs';
import { type ConnectionOptions, createSecureContext } from 'node:tls';
import { holdsCertificates } from '../../core/certificates.js';
import { parseRedisUrl, type Target } from './url.js';

/** Default of what every key begins with. */
export const defaultKeyPrefix = 'stateless-otp:';
/** Bounds and default of the command timeout, in milliseconds. */
export const redisTimeout = { min: 50, max: 10_000, default: 500 };

/** Where the servers are, and the credentials for them. */
export interface Access {
  url: string;
  /** Of the servers, unless the URL has one. */
  password?: string | undefined;
  /** Of the Sentinels. Default: `default`. */
  sentinelUsername?: string | undefined;
  /** Of the Sentinels. Default: that of the servers, unless only those use TLS. */
  sentinelPassword?: string | undefined;
}

export interface Resolved extends Target {
  sentinelUsername: string;
  sentinelPassword: string | undefined;
  tlsOptions: ConnectionOptions;
}

/** @throws RangeError for an invalid URL and for contradictory options, without repeating a secret */
export function resolveAccess(access: Access): Resolved {
  const target = parseRedisUrl(access.url);
  const password = access.password ?? target.password;
  if (target.password !== undefined && target.password !== password) {
    throw new RangeError(
      'REDIS_PASSWORD (password) and the Redis URL have different passwords; leave one of them out',
    );
  }
  // Some platforms write `redis://default:@host` without a password.
  const username = target.username === 'default' && password === undefined ? undefined : target.username;
  if (username !== undefined && password === undefined) {
    throw new RangeError(
      'the Redis URL has a user without a password: write user:password@host or :password@host, or set REDIS_PASSWORD (password)',
    );
  }
  const isForSentinel = access.sentinelUsername !== undefined || access.sentinelPassword !== undefined;
  if (target.kind !== 'sentinel' && isForSentinel) {
    throw new RangeError(
      'REDIS_SENTINEL_PASSWORD and REDIS_SENTINEL_USERNAME (sentinelPassword, sentinelUsername) need a URL of the form redis+sentinel://host,host/name',
    );
  }
  if (access.sentinelUsername !== undefined && access.sentinelPassword === undefined) {
    throw new RangeError(
      'REDIS_SENTINEL_USERNAME (sentinelUsername) needs REDIS_SENTINEL_PASSWORD (sentinelPassword)',
    );
  }
  // The servers' password must not be sent in the clear when only the servers use TLS.
  const isShared = target.sentinelTls || !target.tls;
  return {
    ...target,
    username,
    password,
    sentinelUsername: access.sentinelUsername ?? 'default',
    sentinelPassword: access.sentinelPassword ?? (isShared ? password : undefined),
    tlsOptions: loadTlsFiles(target),
  };
}

/** @throws RangeError that names the option whose file cannot be read or used */
function loadTlsFiles({ caFile, certFile, keyFile }: Target): ConnectionOptions {
  // Even an empty context would load all of TLS, 3 MiB, for connections that are not encrypted.
  if ((caFile ?? certFile ?? keyFile) === undefined) return {};
  const ca = load('ssl_ca_certs', caFile);
  const cert = load('ssl_certfile', certFile);
  const key = load('ssl_keyfile', keyFile);
  for (const [option, pem] of Object.entries({ ssl_ca_certs: ca, ssl_certfile: cert })) {
    if (pem !== undefined && !holdsCertificates(pem)) throw refuseFile(option, 'holds no certificate as PEM');
  }
  const options = { ca, cert, key };
  try {
    createSecureContext(options);
  } catch {
    throw refuseFile('ssl_keyfile', 'holds no private key of that certificate, as PEM without a passphrase');
  }
  return options;
}

function load(option: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw refuseFile(option, 'cannot be read');
  }
}

function refuseFile(option: string, what: string): RangeError {
  return new RangeError(`the option ${option} of the Redis URL names a file that ${what}`);
}
