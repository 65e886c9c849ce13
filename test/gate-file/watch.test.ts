import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { maxGateFileBytes } from '../../src/gate-file/read.js';
import { type GateFileOptions, loadGateFile, openGateFile, pollMs } from '../../src/gate-file/watch.js';
import { createManualMonotonicClock, settle } from '../helpers/clock.js';
import { readCodeBlocks } from '../helpers/docs.js';
import { createGateFile } from '../helpers/gate-file.js';
import { keepOutcomes } from '../helpers/outcomes.js';

const [alice, bob] = ['alice@example.com', 'bob@example.com'];
const allowing = (...allow: string[]) => ({ hosts: { a: { allow } } });

/** A watched file; `poll` lets it be read once, and resolves when that is over. */
function watch(path: string, options: Partial<GateFileOptions> = {}) {
  const clock = createManualMonotonicClock();
  const { kept: log, outcomes } = keepOutcomes();
  let waiting = 0;
  const counted = {
    now: clock.now,
    after(ms: number, callback: () => void) {
      waiting += 1;
      return clock.after(ms, () => {
        waiting -= 1;
        callback();
      });
    },
  };
  const entry = openGateFile({ path, clock: counted, outcomes, ...options });
  assert.deepEqual(log.splice(0), [loaded]);
  return {
    ...entry,
    clock,
    log,
    isWaiting: () => waiting > 0,
    admitted: () => [alice, bob].filter(entry.admits),
    async poll() {
      clock.advance(pollMs);
      while (waiting === 0) await settle();
    },
  };
}

const loaded = { event: 'gate_rules.loaded' };
const refused = (cause: string) => ({ event: 'gate_rules.refused', cause });

describe('a gate file that is watched', () => {
  test('takes effect when its content changes, within half a second, and only then', async () => {
    const file = createGateFile(allowing(alice));
    const watched = watch(file.path);
    assert.deepEqual(watched.admitted(), [alice]);
    file.write(allowing(bob));
    watched.clock.advance(pollMs - 1);
    await settle();
    assert.deepEqual(watched.admitted(), [alice]);
    watched.clock.advance(1);
    while (!watched.isWaiting()) await settle();
    assert.deepEqual(watched.admitted(), [bob]);
    file.write(allowing(bob));
    for (let i = 0; i < 3; i++) await watched.poll();
    assert.deepEqual(watched.log, [loaded]);
  });

  // Attack: none, but what file events and times of files do not tell.
  test('is compared by content, whatever its time and its inode say', async () => {
    const file = createGateFile(allowing(alice));
    utimesSync(file.path, 1, 1);
    const watched = watch(file.path);
    writeFileSync(file.path, JSON.stringify(allowing('abcde@example.com')));
    utimesSync(file.path, 1, 1);
    await watched.poll();
    assert.equal(watched.admits('abcde@example.com'), true);
    assert.deepEqual(watched.admitted(), []);
  });

  test('is followed through the swap of a symbolic link, as of a ConfigMap', async () => {
    const { folder } = createGateFile({});
    for (const [version, person] of [
      ['v1', alice],
      ['v2', bob],
    ] as const) {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, 'rules.json'), JSON.stringify(allowing(person)));
    }
    const point = (version: string) => {
      symlinkSync(version, join(folder, '..next'));
      renameSync(join(folder, '..next'), join(folder, '..data'));
    };
    point('v1');
    symlinkSync('..data/rules.json', join(folder, 'rules.json'));
    const watched = watch(join(folder, 'rules.json'));
    assert.deepEqual(watched.admitted(), [alice]);
    point('v2');
    await watched.poll();
    assert.deepEqual(watched.admitted(), [bob]);
  });

  // Attack: make the rules go away, so that everyone or no one is let in.
  test('keeps its last valid rules while it is gone, no file or unreadable, and says so once', async () => {
    const file = createGateFile(allowing(alice));
    const watched = watch(file.path);
    const expectRefused = async (cause: string) => {
      const before = watched.log.length;
      for (let i = 0; i < 3; i++) await watched.poll();
      assert.deepEqual(watched.admitted(), [alice]);
      assert.deepEqual(watched.log.slice(before), [refused(cause)]);
    };
    const put = (make: () => void) => {
      rmSync(file.path, { recursive: true, force: true });
      make();
    };
    put(() => {});
    await expectRefused('there is no such file');
    put(() => mkdirSync(file.path));
    await expectRefused('it is a folder');
    put(() => symlinkSync(file.path, file.path));
    await expectRefused('its symbolic links lead in a circle');
    put(() => symlinkSync('/dev/zero', file.path));
    await expectRefused('it is not a file');
    put(() => assert.equal(spawnSync('mkfifo', [file.path]).status, 0));
    // Nobody writes to it, and the poll comes to its end.
    await watched.poll();
    assert.equal(watched.log.length, 4, 'the same words as before are not said again');
    put(() => writeFileSync(file.path, ' '.repeat(maxGateFileBytes + 1)));
    await expectRefused('it is longer than 1048576 bytes');
    put(() => writeFileSync(file.path, Buffer.from([0xff, 0xfe, 0x7b, 0])));
    await expectRefused('it is not UTF-8');
    put(() => file.write(allowing(bob)));
    await watched.poll();
    assert.deepEqual(watched.admitted(), [bob]);
    assert.deepEqual(watched.log.at(-1), loaded);
  });

  test('keeps its last valid rules when it may not be read any more', async () => {
    const file = createGateFile(allowing(alice));
    const watched = watch(file.path);
    file.write(allowing(bob));
    chmodSync(file.path, 0o000);
    const isRoot = process.geteuid?.() === 0;
    // Root may read every file.
    if (isRoot) process.seteuid?.(65534);
    try {
      for (let i = 0; i < 3; i++) await watched.poll();
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
    assert.deepEqual(
      [watched.admitted(), watched.log],
      [[alice], [refused('it may not be read by this user')]],
    );
    chmodSync(file.path, 0o600);
    await watched.poll();
    assert.deepEqual(watched.admitted(), [bob]);
  });

  // Attack: read the file while an editor writes it.
  test('that breaks off anywhere is refused, and taken when it is whole', async () => {
    const text = JSON.stringify({ ...allowing(bob), groups: { admins: [bob] } }, null, 1);
    const file = createGateFile(allowing(alice));
    const watched = watch(file.path);
    for (let length = 0; length < text.length; length++) {
      writeFileSync(file.path, text.slice(0, length));
      await watched.poll();
      assert.deepEqual(watched.admitted(), [alice], text.slice(0, length));
    }
    assert.ok(watched.log.every(({ event }) => event === 'gate_rules.refused'));
    assert.equal(watched.log.length, text.length);
    writeFileSync(file.path, text);
    await watched.poll();
    assert.deepEqual(watched.admitted(), [bob]);
  });

  test('says what is wrong with an edit, with its line, and not for whom', async () => {
    const file = createGateFile(allowing(alice));
    const watched = watch(file.path);
    file.write('{"hosts": {\n"a": {"allow": ["somebody@"]}}}');
    await watched.poll();
    const [refusal] = watched.log;
    const cause = refusal?.event === 'gate_rules.refused' && refusal.cause;
    assert.match(String(cause), /^line 2: hosts\["a"\]\.allow\[0\] must be an address/);
    assert.doesNotMatch(JSON.stringify(watched.log), /somebody/);
    // What was valid before is valid again.
    file.write(allowing(alice));
    await watched.poll();
    assert.deepEqual(watched.log.at(-1), loaded);
  });

  test('is left alone after the end, also when it is being read', async () => {
    const file = createGateFile(allowing(alice));
    let answer = (_bytes: Uint8Array) => {};
    const watched = watch(file.path, {
      read: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    watched.clock.advance(pollMs);
    watched.close();
    answer(Buffer.from('x'));
    await settle();
    assert.deepEqual([watched.isWaiting(), watched.log, watched.admitted()], [false, [], [alice]]);
    const idle = watch(file.path, { read: () => assert.fail('it is read after the end') });
    idle.close();
    idle.clock.advance(10 * pollMs);
  });
});

test('a file that is wrong at the start is refused by its name, with the line', () => {
  const file = createGateFile('{"hosts": {},\n"people": {}}');
  assert.throws(() => loadGateFile(file.path), {
    name: 'RangeError',
    message: `${file.path}: line 2: the file may have only hosts, groups, names`,
  });
  unlinkSync(file.path);
  assert.throws(() => loadGateFile(file.path), { message: `${file.path}: there is no such file` });
  assert.throws(() => loadGateFile('/'), { message: '/: it is a folder' });
});

test('a byte-order mark at the start of the file changes nothing', () => {
  const { path } = createGateFile(`\ufeff${JSON.stringify(allowing(alice))}`);
  assert.equal(loadGateFile(path).rules.admits(alice), true);
});

test('the example of the documentation is valid', () => {
  const [block] = readCodeBlocks('docs/gate.md').filter(({ language }) => language === 'json');
  const { rules } = loadGateFile(createGateFile(block?.code ?? '').path);
  assert.equal(rules.at(() => ({ host: 'app.example.com', path: '/healthz' }))?.isPublic, true);
});
