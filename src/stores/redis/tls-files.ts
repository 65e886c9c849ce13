import { readFileSync } from 'node:fs';
import { type ConnectionOptions, createSecureContext } from 'node:tls';
import { holdsCertificates } from '../../core/certificates.js';
import type { UrlOptions } from './url-options.js';

/** @throws RangeError that names the option whose file cannot be read or used */
export function loadTlsFiles({ caFile, certFile, keyFile }: UrlOptions): ConnectionOptions {
  // Even an empty context would load all of TLS, 3 MiB, for connections that are not encrypted.
  if ((caFile ?? certFile ?? keyFile) === undefined) return {};
  const ca = load('ssl_ca_certs', caFile);
  const cert = load('ssl_certfile', certFile);
  const key = load('ssl_keyfile', keyFile);
  for (const [option, pem] of Object.entries({ ssl_ca_certs: ca, ssl_certfile: cert })) {
    if (pem !== undefined && !holdsCertificates(pem)) throw refuse(option, 'holds no certificate as PEM');
  }
  const options = { ca, cert, key };
  try {
    createSecureContext(options);
  } catch {
    throw refuse('ssl_keyfile', 'holds no private key of that certificate, as PEM without a passphrase');
  }
  return options;
}

function load(option: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw refuse(option, 'cannot be read');
  }
}

function refuse(option: string, what: string): RangeError {
  return new RangeError(`the option ${option} of the Redis URL names a file that ${what}`);
}
