// Another version of Node, from npm's `node` package, in a cache folder outside the project: a `node` in the project's own
// node_modules/.bin would run every script of package.json.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'stateless-otp');

/**
 * Installs a version of Node, once.
 *
 * @param {string} version a major version such as `24`, or an exact one such as `24.21.0`
 * @returns {string} the folder that holds the program `node`
 * @throws {RangeError} for anything else; Error when npm cannot install it
 */
export function installNode(version) {
  if (!/^[1-9][0-9]*(\.[0-9]+\.[0-9]+)?$/.test(version)) {
    throw new RangeError(`a version of Node is 24 or 24.21.0, got ${version}`);
  }
  const folder = join(cache, `node-${version}`);
  const bin = join('node_modules', 'node', 'bin');
  if (!existsSync(join(folder, bin, 'node'))) {
    mkdirSync(cache, { recursive: true });
    // Renamed when it is complete, so that an interrupted or concurrent install leaves no half of one.
    const fresh = mkdtempSync(join(cache, 'installing-'));
    writeFileSync(join(fresh, 'package.json'), '{}');
    const { status, stderr } = spawnSync('npm', ['install', '--no-audit', '--no-fund', `node@${version}`], {
      cwd: fresh,
      encoding: 'utf8',
    });
    if (status !== 0 || !existsSync(join(fresh, bin, 'node'))) {
      rmSync(fresh, { recursive: true });
      throw new Error(`npm cannot install node@${version}: ${stderr.trim()}`);
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  }
  return join(folder, bin);
}
