import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { runOnce } from '../../sdk/javascript/src/run-once.js';

/** Locks that are never held by anyone, and what they were named. */
function createLocks() {
  const names: string[] = [];
  const request = (name: string, _options: object, run: (lock: object | null) => Promise<unknown>) => {
    names.push(name);
    return run(names.filter((other) => other === name).length > 1 ? null : {});
  };
  return { names, locks: { request } };
}

function setGlobals(t: TestContext, globals: Record<string, unknown>) {
  for (const [name, value] of Object.entries(globals)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true });
    t.after(() => {
      if (before) Object.defineProperty(globalThis, name, before);
      else Reflect.deleteProperty(globalThis, name);
    });
  }
  t.mock.timers.enable({ apis: ['setTimeout'] });
}

test('a process that is not a browser takes no locks, though it has some', async (t) => {
  const { names, locks } = createLocks();
  setGlobals(t, { navigator: { locks } });
  const run = async () => 'done';
  assert.deepEqual(
    [await runOnce('name', 'token', run), await runOnce('name', 'token', run)],
    ['done', 'done'],
  );
  assert.deepEqual(names, []);
});

// Attack: list the locks of a page, whose names any script of the origin and every debugging tool can see.
test('in a page one token is exchanged once, and the name of the lock does not hold it', async (t) => {
  const { names, locks } = createLocks();
  setGlobals(t, { navigator: { locks }, isSecureContext: true });
  const run = async () => 'done';
  const token = 'otr1.c2VjcmV0LXRva2Vu';
  assert.equal(await runOnce('name', token, run), 'done');
  assert.equal(await runOnce('name', token, run), null);
  assert.equal(await runOnce('name', `${token}x`, run), 'done');
  assert.equal(new Set(names).size, 2);
  for (const name of names) {
    assert.match(name, /^name [0-9a-f]{64}$/);
    for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const)
      assert.ok(!name.includes(Buffer.from(token).toString(encoding)));
  }
});
