import type * as fileSystem from 'node:fs';

/** The file system, loaded when a file is first needed: nothing that the package's root loads may ask for what the edge lacks. */
export function loadFileSystem(): typeof fileSystem {
  return process.getBuiltinModule('node:fs');
}
