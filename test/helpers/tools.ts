import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/**
 * The path of a program that a test needs. When it is missing it is installed from its Debian package, given
 * root and apt; otherwise the test fails with one line that says what to install. Never skipped.
 */
export function requireTool(program: string, debianPackage = program): string {
  const found = findOnPath(program) ?? installPackage(program, debianPackage);
  if (!found) throw new Error(`This test needs ${program}: install it (Debian package ${debianPackage})`);
  return found;
}

/** Makes sure that texts in this language can be seen in pictures: its letters come from a font of this Debian package. */
export function requireFont(language: string, debianPackage: string): void {
  const list = requireTool('fc-list', 'fontconfig');
  const hasFont = () => spawnSync(list, [`:lang=${language}`], { encoding: 'utf8' }).stdout.trim() !== '';
  if (!hasFont()) installPackage(list, debianPackage);
  if (!hasFont()) throw new Error(`No font shows ${language}: install one (Debian package ${debianPackage})`);
}

/**
 * The path of a Python that has these modules, from their Debian packages when it has to be installed; otherwise the
 * test fails like one that misses a program.
 */
export function requirePython(modules: string[], debianPackages: string[]): string {
  const find = () =>
    ['/usr/bin/python3', findOnPath('python3')].find(
      (file) => file && spawnSync(file, ['-c', `import ${modules.join(', ')}`]).status === 0,
    );
  const packages = debianPackages.join(' ');
  const found = find() ?? (installPackage('python3', packages) && find());
  if (!found) {
    throw new Error(`This test needs python3 with ${modules.join(', ')}: Debian packages ${packages}`);
  }
  return found;
}

function findOnPath(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}

function installPackage(program: string, debianPackage: string): string | undefined {
  if (process.getuid?.() !== 0 || !findOnPath('apt-get')) return undefined;
  // Test files run side by side, and apt lets one in at a time; a mirror may fail now and then.
  const patience = '-o DPkg::Lock::Timeout=60 -o Acquire::Retries=3';
  const install = `apt-get update -qq ${patience}; apt-get install -y -qq ${patience} --no-install-recommends ${debianPackage}`;
  spawnSync('flock', [join(tmpdir(), 'stateless-otp-apt.lock'), 'sh', '-c', install], {
    stdio: ['ignore', 'ignore', 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return findOnPath(program);
}
