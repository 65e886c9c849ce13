import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchRoot } from './launch.js';
import { NotRunError } from './results.js';

/** Software of others that some cases need. */
export type Requirement = 'npm' | 'redis' | 'nginx' | 'fastapi' | 'django';

const rivals = join(benchRoot, 'rivals');

/** Debian packages, and the command that succeeds when they are there. */
const debian = {
  redis: { packages: ['redis-server'], check: ['redis-server', '--version'] },
  nginx: { packages: ['nginx-light'], check: ['/usr/sbin/nginx', '-v'] },
  fastapi: {
    packages: ['python3-fastapi', 'python3-uvicorn', 'python3-uvloop', 'python3-httptools'],
    check: ['/usr/bin/python3', '-c', 'import fastapi, uvicorn'],
  },
  django: {
    packages: ['python3-django', 'python3-django-redis', 'gunicorn'],
    check: ['/usr/bin/python3', '-c', 'import django, django_redis, gunicorn'],
  },
};
const settled = new Map<Requirement, string | null>();

/**
 * Installs what is missing, once a run.
 *
 * @throws NotRunError that says why it cannot be had
 */
export function requireSoftware(requirement: Requirement): void {
  if (!settled.has(requirement)) {
    settled.set(requirement, requirement === 'npm' ? installNpm() : installDebian(requirement));
  }
  const reason = settled.get(requirement);
  if (typeof reason === 'string') throw new NotRunError(reason);
}

/** Installs exactly what the lock file of the rivals says. Returns why that failed, or null. */
function installNpm(): string | null {
  const wanted = readFileSync(join(rivals, 'package-lock.json'), 'utf8');
  const { packages } = JSON.parse(wanted) as { packages: Record<string, { version: string }> };
  const isThere = Object.entries(packages).every(([path, { version }]) => {
    const file = join(rivals, path, 'package.json');
    return path === '' || (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version === version);
  });
  if (isThere) return null;
  const { status, stderr } = spawnSync('npm', ['ci', '--silent', '--no-audit', '--no-fund'], {
    cwd: rivals,
    encoding: 'utf8',
  });
  return status === 0 ? null : `npm ci in bench/rivals failed: ${lastLine(stderr ?? '')}`;
}

function installDebian(requirement: keyof typeof debian): string | null {
  const { packages, check } = debian[requirement];
  const isThere = () => spawnSync(check[0] as string, check.slice(1)).status === 0;
  if (isThere()) return null;
  const names = packages.join(' ');
  if (process.getuid?.() !== 0) return `not installed (Debian packages ${names})`;
  const script = `apt-get update -qq; apt-get install -y -qq --no-install-recommends ${names}`;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8', env });
  return isThere() ? null : `Debian packages ${names} cannot be installed: ${lastLine(stderr ?? '')}`;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
