import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { readCodeBlocks } from '../helpers/docs.js';
import { startService } from '../helpers/process.js';
import { requireTool } from '../helpers/tools.js';

const run = promisify(execFile);

test('the curl commands of the plain HTTP page sign in, check, refresh and sign out', async (t) => {
  requireTool('curl');
  const service = await startService({ REFRESH_TOKEN_TTL: '3600' });
  t.after(() => service.stop());
  const blocks = readCodeBlocks('docs/quick-start-http.md').filter(({ language }) => language === 'sh');
  assert.equal(blocks.length, 5);
  /** Runs a block with what the page tells the reader to replace. */
  const curl = async (index: number, places: Record<string, string> = {}) => {
    let command = blocks[index]?.code ?? '';
    for (const [from, to] of Object.entries({ 'http://localhost:8000': service.url, ...places })) {
      assert.ok(command.includes(from), `${from} is not in block ${index}`);
      command = command.replace(from, to);
    }
    return JSON.parse((await run('sh', ['-c', command])).stdout);
  };

  const sent = await curl(0);
  const [, code = ''] = await service.waitFor(/code (\d{6}) for alice@example\.com/);
  const places = { a7AszVyXGPLrLZ4q7nHbaQ: sent.challenge, '482931': code };
  const wrong = await curl(1, { ...places, '482931': code === '000000' ? '000001' : '000000' });
  assert.deepEqual([wrong.code, wrong.attempts_left], ['invalid_code', 4]);
  const tokens = await curl(1, places);
  assert.equal(tokens.token_type, 'bearer');
  assert.equal((await curl(2, { 'eyJ...': tokens.access_token })).claims.sub, 'alice@example.com');
  const next = await curl(4, { 'otr2...': tokens.refresh_token });
  assert.equal((await curl(2, { 'eyJ...': next.access_token })).active, true);
  assert.deepEqual(await curl(3, { 'eyJ...': next.access_token }), { success: true });
  assert.deepEqual(await curl(2, { 'eyJ...': next.access_token }), { active: false });
  assert.equal((await curl(4, { 'otr2...': tokens.refresh_token })).code, 'invalid_token');
});
