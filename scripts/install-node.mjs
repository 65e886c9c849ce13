// Another version of Node, from npm's `node` package.
import { dirname } from 'node:path';
import { installProgram } from './install-program.mjs';

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
  return dirname(installProgram('node', version, 'node/bin/node'));
}
