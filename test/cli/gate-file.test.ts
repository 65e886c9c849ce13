import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadConfig } from '../../src/cli/config.js';
import { createGateFile } from '../helpers/gate-file.js';
import { runCli } from '../helpers/process.js';

const valid = { hosts: { 'app.example.com': { allow: ['@example.com'] } } };
const problemsOf = (settings: Record<string, string>) => loadConfig(settings).problems;

describe('GATE_FILE', () => {
  test('is accepted, and messages then go out in the background', () => {
    const { config, problems, warnings } = loadConfig({ GATE_FILE: createGateFile(valid).path });
    assert.deepEqual([problems, warnings, config?.DELIVERY_MODE], [[], [], 'background']);
  });

  test('is refused together with GATE_ALLOW, and with delivery that tells who may enter', () => {
    const GATE_FILE = createGateFile(valid).path;
    assert.deepEqual(problemsOf({ GATE_FILE, GATE_ALLOW: '@example.com' }), [
      'GATE_FILE: cannot be given together with GATE_ALLOW, whose rules belong in the file',
    ]);
    const [problem = ''] = problemsOf({ GATE_FILE, DELIVERY_MODE: 'direct' });
    assert.match(problem, /^DELIVERY_MODE: given "direct", allowed: background with GATE_FILE: otherwise/);
  });

  test('that is wrong is refused by its name, with the path and the line of the mistake', () => {
    const broken = createGateFile('{"hosts": {\n"app.example.com": {"allow": ["example.com"]}}}').path;
    const [problem = '', ...rest] = problemsOf({ GATE_FILE: broken });
    assert.ok(
      problem.startsWith(
        `GATE_FILE: ${broken}: line 2: hosts["app.example.com"].allow[0] must be an address, a number,`,
      ),
      problem,
    );
    assert.deepEqual(rest, []);
    assert.deepEqual(problemsOf({ GATE_FILE: `${broken}.old` }), [
      `GATE_FILE: ${broken}.old: there is no such file`,
    ]);
  });

  test('that is wrong is found by check, and nothing is started with it', async () => {
    const GATE_FILE = createGateFile('{').path;
    for (const command of ['check', 'serve']) {
      const { code, stdout, stderr } = await runCli([command], { GATE_FILE, PORT: '0' });
      assert.equal(code, 2);
      assert.match(stdout + stderr, /GATE_FILE: \S+: line 1: the text ends too early/);
    }
  });
});
