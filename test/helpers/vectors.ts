import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './process.js';

/** A file of spec/vectors, as it is. */
export function readVectors<Content>(name: string): Content {
  return JSON.parse(readFileSync(join(root, 'spec/vectors', name), 'utf8')) as Content;
}
