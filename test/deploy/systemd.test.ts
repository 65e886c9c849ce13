import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { settingNames, settings } from '../../src/options/settings.js';
import { root } from '../helpers/process.js';
import { requireTool } from '../helpers/tools.js';

const text = readFileSync(join(root, 'deploy/systemd/stateless-otp.service'), 'utf8');
const readAll = (key: string) =>
  [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);

const folder = mkdtempSync(join(tmpdir(), 'systemd-'));
after(() => rmSync(folder, { recursive: true }));
// Programs are looked for; here they are elsewhere.
const unit = join(folder, 'stateless-otp.service');
const [command = ''] = readAll('ExecStart');
const [program = '', script = ''] = command.split(' ');
writeFileSync(unit, text.replace(program, process.execPath).replace(script, join(root, 'dist/cli/main.js')));
const analyze = (...args: string[]) =>
  spawnSync(requireTool('systemd-analyze', 'systemd'), args, { encoding: 'utf8' });

test('systemd finds nothing wrong with the unit', () => {
  const { status, stdout, stderr } = analyze('verify', unit);
  assert.equal(status, 0, stderr);
  assert.equal(stdout + stderr, '');
});

test('its exposure, of 0 to 10, is what the documentation says at most', () => {
  const deployment = readFileSync(join(root, 'docs/deployment.md'), 'utf8');
  const [, documented] = /`systemd-analyze security` gives it (\d\.\d)/.exec(deployment) ?? [];
  // In tenths.
  const threshold = String(Math.round(Number(documented) * 10));
  const { status, stdout } = analyze(
    'security',
    '--offline=yes',
    `--threshold=${threshold}`,
    '--no-pager',
    unit,
  );
  assert.equal(status, 0, stdout.split('\n').slice(-3).join('\n'));
  assert.ok(Number(documented) <= 1.5);
});

test('it stops the service no sooner than the service itself does', () => {
  const [seconds = ''] = readAll('TimeoutStopSec');
  assert.ok(Number.parseInt(seconds, 10) > Number(settings.SHUTDOWN_GRACE_SECONDS.default));
});

test('each credential that it loads is the file of a secret that exists', () => {
  const loaded = readAll('LoadCredential').map((line) => line.replace(/:.*/, ''));
  const files = new Map(
    readAll('Environment').flatMap((line) => {
      const [, name = '', file = ''] = /^(\w+)_FILE=%d\/(.*)$/.exec(line) ?? [];
      return name === '' ? [] : [[file, name] as const];
    }),
  );
  assert.deepEqual([...files.keys()].sort(), loaded.sort());
  for (const name of files.values()) {
    const setting = settingNames.find((other) => other === name);
    assert.ok(setting && settings[setting].isSecret, name);
  }
});

// ProcSubset=pid hides all of /proc that is not a process; V8 and libuv read some of it.
test('the service starts where it sees of /proc only processes', () => {
  const mount = 'mount -t proc -o subset=pid proc /proc && test ! -e /proc/meminfo';
  const inside = `${mount} && exec ${process.execPath} ${root}dist/cli/main.js check --connect --config /dev/null`;
  const { status, stdout, stderr } = spawnSync('unshare', ['-Ump', '-f', '-r', 'sh', '-c', inside], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /Everything answers\./);
});
