import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { sharedSecrets, startRedisService, unlimited } from '../helpers/fleet.js';
import { createGateFile } from '../helpers/gate-file.js';
import { findFreePort, startRedis } from '../helpers/redis.js';
import { createTestTokens, grant } from '../helpers/tokens.js';
import { requireTool } from '../helpers/tools.js';
import { until } from '../helpers/until.js';

const [alice, bob] = ['alice@example.com', 'bob@example.com'];
const allowing = (...allow: string[]) => ({ hosts: { 'app.example.com': { allow } } });
const workers = 3;

test('every worker follows the gate file, and no request fails while it changes', async () => {
  const redis = await startRedis();
  const file = createGateFile(allowing(alice, bob));
  const { tokens } = createTestTokens({ clock: Date.now, keyOptions: { secret: sharedSecrets.JWT_SECRET } });
  const service = await startRedisService(redis.url, {
    ...unlimited,
    GATE_FILE: file.path,
    WORKERS: String(workers),
    PORT: String(await findFreePort()),
    LOG_LEVEL: 'info',
  });
  const ask = async (identity: string) => {
    const { accessToken } = await tokens.issue({ ...grant, identity });
    const headers = {
      Authorization: `Bearer ${accessToken}`,
      'X-Original-URL': 'https://app.example.com/',
      // A connection of its own, so that the workers take turns.
      Connection: 'close',
    };
    return (await fetch(`${service.url}/authz/auth-request`, { headers })).status;
  };
  const countLines = (message: string) => service.output.stderr.split(message).length - 1;
  let isOver = false;
  const statuses = new Set<number>();
  const load = (async () => {
    while (!isOver) statuses.add(await ask(alice));
  })();
  try {
    await until('all workers have started', () => countLines('Gate rules loaded') === workers);
    assert.equal(await ask(bob), 200);
    for (const [content, message] of [
      [allowing(alice), 'Gate rules loaded'],
      ['{"hosts": {', 'Gate rules refused'],
      [allowing(alice, 'carol@example.com'), 'Gate rules loaded'],
    ] as const) {
      const already = countLines(message);
      file.write(content);
      await until(`${workers} workers: ${message}`, () => countLines(message) === already + workers);
      for (let i = 0; i < 5 * workers; i++) assert.equal(await ask(bob), 403);
    }
    isOver = true;
    await load;
    assert.deepEqual([...statuses], [200]);

    // A worker that dies now comes back when the file is right again; the others serve meanwhile.
    file.write('{"hosts": {');
    await until('the edit is refused', () => countLines('Gate rules refused') === 2 * workers);
    const { stdout } = spawnSync(requireTool('pgrep', 'procps'), ['-P', String(service.child.pid)], {
      encoding: 'utf8',
    });
    process.kill(Number(stdout.split('\n')[0]), 'SIGKILL');
    await until('a worker cannot start', () => /GATE_FILE: \S+: line 1/.test(service.output.stderr));
    assert.equal(await ask(alice), 200);
    const already = countLines('Gate rules loaded');
    file.write(allowing(bob));
    await until('all workers are back', () => countLines('Gate rules loaded') === already + workers);
    assert.deepEqual([await ask(alice), await ask(bob)], [403, 200]);
  } finally {
    isOver = true;
    await service.stop();
    await redis.stop();
  }
});
