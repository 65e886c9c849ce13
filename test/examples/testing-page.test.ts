import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { problems } from '../../src/http/problems.js';
import { readCodeBlocks } from '../helpers/docs.js';
import { type RunningProcess, root, startProcess, startService } from '../helpers/process.js';

const page = 'docs/testing.md';

describe('the page about testing an application', () => {
  let service: RunningProcess & { url: string };
  let folder: string;
  before(async () => {
    service = await startService();
    // Inside the project, so that the package finds itself by its own name.
    mkdirSync(join(root, '.scratch'), { recursive: true });
    folder = mkdtempSync(join(root, '.scratch', 'testing-'));
  });
  after(async () => {
    await service.stop();
    rmSync(folder, { recursive: true });
  });

  test('shows tests that pass against this service', async () => {
    const blocks = readCodeBlocks(page).filter(({ language }) => language === 'js');
    assert.equal(blocks.length, 2);
    for (const [index, { code }] of blocks.entries()) {
      const file = join(folder, `shown-${index}.mjs`);
      writeFileSync(file, code);
      const run = startProcess(process.execPath, ['--test-reporter=tap', file], {
        OTP_URL: service.url,
        NODE_TEST_CONTEXT: '',
      });
      const { code: status } = await run.exited;
      assert.equal(status, 0, run.output.stdout + run.output.stderr);
      assert.match(run.output.stdout, /^# pass [1-9]/m);
    }
  });

  test('says of every error what an application should do', () => {
    const text = readFileSync(join(root, page), 'utf8');
    const rows = [...text.matchAll(/^\| (`[a-z_`, ]+`) \|/gm)].flatMap(([, codes = '']) => codes.split(', '));
    assert.deepEqual(rows.map((code) => code.slice(1, -1)).sort(), Object.keys(problems).sort());
  });
});
