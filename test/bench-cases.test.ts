import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpCases, workerCases } from '../bench/http/run.js';
import { libraryCases } from '../bench/library/run.js';
import { startCases } from '../bench/start/run.js';
import { runSmoke } from './helpers/bench.js';

const names = [...httpCases, ...workerCases, ...libraryCases, ...startCases].map(({ name }) => name);
const isRival = (name: string) => /^(library )?(express|better-auth|fastapi|django|otp|speakeasy)/.test(name);

test('every case of the benchmark but the rivals works', async () => {
  const results = await runSmoke(['node:http', 'hono', 'ours', 'workers', 'jose', 'start', 'growth']);
  for (const result of results) {
    assert.equal(result.status, 'measured', `${result.name}: ${JSON.stringify(result)}`);
    if (result.group === 'http') assert.equal(result.median.errors, 0, result.name);
  }
  const ran = results.filter(({ group }) => group !== 'growth').map(({ name }) => name);
  assert.deepEqual(ran.sort(), names.filter((name) => !isRival(name)).sort());
  // Of other sizes than in a real run.
  assert.equal(results.length - ran.length, 6);
});

test('each of our HTTP and library cases is also measured as shipped', () => {
  const plain = names.filter((name) => /^(library )?ours, (memory|redis):/.test(name));
  assert.ok(plain.length >= 18);
  for (const name of plain) assert.ok(names.includes(name.replace(':', ', as shipped:')), name);
});
