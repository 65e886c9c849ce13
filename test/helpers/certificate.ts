import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireTool } from './tools.js';

/** A certificate of its own for this name, and for this machine unless it is for another; good for a day, or until yesterday. */
export function createCertificate(
  name = 'localhost',
  isLocal = true,
  isExpired = false,
): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const local = isLocal ? ['IP:127.0.0.1', 'DNS:localhost'] : [];
    const names = `subjectAltName=${[...local, `DNS:${name}`].join(',')}`;
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
    const openssl = isExpired
      ? [requireTool('faketime'), '-f', '-2d', requireTool('openssl')]
      : [requireTool('openssl')];
    const [program = '', ...rest] = openssl;
    execFileSync(
      program,
      [...rest, 'req', ...kind, '-subj', `/CN=${name}`, '-addext', names, '-keyout', key, '-out', cert],
      { stdio: 'ignore' },
    );
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
