// Programs from npm packages, in a cache folder outside the project: a `node` in the project's own node_modules/.bin would run
// every script of package.json.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'stateless-otp');

/**
 * Installs a version of a package, once.
 *
 * @param {string} name of the package
 * @param {string} version
 * @param {string} program its path within `node_modules`
 * @returns {string} the path of the program
 * @throws {Error} when npm cannot install it
 */
export function installProgram(name, version, program) {
  const folder = join(cache, `${name}-${version}`);
  const findIn = (place) => join(place, 'node_modules', program);
  if (existsSync(findIn(folder))) return findIn(folder);
  mkdirSync(cache, { recursive: true });
  // Renamed when it is complete, so that an interrupted or concurrent install leaves no half of one.
  const fresh = mkdtempSync(join(cache, 'installing-'));
  try {
    writeFileSync(join(fresh, 'package.json'), '{}');
    // The program is in an optional package for each platform, and a script puts it into place.
    const options = ['--no-audit', '--no-fund', '--include=optional', '--ignore-scripts=false'];
    // Where there is no registry, that is to be said within seconds.
    options.push('--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000');
    const npm = spawnSync('npm', ['install', ...options, `${name}@${version}`], {
      cwd: fresh,
      encoding: 'utf8',
    });
    const { status } = spawnSync(findIn(fresh), ['--version']);
    if (npm.status !== 0 || status !== 0) {
      const reason = npm.stderr?.trim() || `${program} does not run`;
      throw new Error(`npm cannot install ${name}@${version}, which this needs: ${reason}`);
    }
    // Another process may have been quicker, and runs it already.
    if (!existsSync(findIn(folder))) {
      rmSync(folder, { recursive: true, force: true });
      renameSync(fresh, folder);
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return findIn(folder);
}
