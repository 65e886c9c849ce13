import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { listTestFiles, type Shared, shared, slow } from '../scripts/test-files.js';
import { root } from './helpers/process.js';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const readYaml = (file: string) => parse(read(file), { strict: true });

/** A field of an issue form. */
interface Field {
  type: string;
  id?: string;
  attributes: { label?: string };
}

test('every test file is run by npm test or by npm run test:slow, and by one of them alone', () => {
  const both = [...listTestFiles('normal'), ...listTestFiles('slow')];
  assert.deepEqual(both.sort(), listTestFiles('all'));
});

test('what npm test runs together and apart is all of it, without overlap', () => {
  const parts = [...(Object.keys(shared) as Shared[]), 'apart' as const].map(listTestFiles);
  for (const part of parts) assert.ok(part.length > 0);
  assert.deepEqual(parts.flat().sort(), listTestFiles('normal'));
});

test('every path that a suite names leads to a test file', () => {
  for (const path of [...slow, ...Object.values(shared).flat()]) {
    assert.ok(
      listTestFiles('all').some((file) => file.startsWith(path)),
      path,
    );
  }
});

test('the workflow runs what .ci/run runs, on the oldest Node that is supported and on every later one', () => {
  const { container, strategy, steps } = readYaml('.github/workflows/check.yml').jobs.check;
  const run = read('.ci/run');
  assert.deepEqual(
    steps.flatMap(({ run = '' }) => (run.startsWith('npm ') ? [run] : [])),
    run.match(/^npm .*$/gm),
  );
  const { engines } = JSON.parse(read('package.json'));
  const [, later = ''] = /^for version in (.*); do$/m.exec(run) ?? [];
  assert.deepEqual(strategy.matrix.node, [engines.node.replace('>=', ''), ...later.split(' ')]);
  assert.match(container, /^node:\$\{\{ matrix\.node \}\}-bookworm$/);
});

test('actions are named by an exact version', () => {
  for (const file of readdirSync(join(root, '.github/workflows'))) {
    const jobs = Object.values(readYaml(`.github/workflows/${file}`).jobs) as {
      steps: { uses?: string }[];
    }[];
    for (const { uses } of jobs.flatMap(({ steps }) => steps))
      if (uses) assert.match(uses, /^[\w-]+\/[\w-]+@v\d+\.\d+\.\d+$/, file);
  }
});

test('security.txt has what RFC 9116 asks for', () => {
  const lines = read('deploy/security.txt')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const fields = lines.map((line) => /^([\w-]+): (\S.*)$/.exec(line)?.slice(1));
  const values = Object.fromEntries(fields as [string, string][]);
  assert.match(values['Contact'] ?? '', /^(mailto:|https:\/\/)/);
  assert.match(values['Expires'] ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.equal(fields.filter((field) => field?.[0] === 'Expires').length, 1);
});

test('every issue template has what the chooser shows of it and asks for something', () => {
  const folder = '.github/ISSUE_TEMPLATE';
  const forms = readdirSync(join(root, folder)).filter(
    (name) => /\.yml$/.test(name) && name !== 'config.yml',
  );
  assert.ok(forms.length >= 2);
  for (const form of forms) {
    const { name, description, body } = readYaml(`${folder}/${form}`);
    assert.ok(name && description, form);
    const fields = (body as Field[]).filter(({ type }) => type !== 'markdown');
    assert.ok(fields.length > 0 && fields.every(({ attributes }) => attributes.label), form);
    assert.equal(new Set(fields.map(({ id }) => id)).size, fields.length, form);
  }
  const [, head = '', text] = /^---\n([\s\S]*?)---\n([\s\S]*)$/.exec(read(`${folder}/security.md`)) ?? [];
  const { name, about } = parse(head);
  assert.ok(name && about);
  assert.match(text ?? '', /SECURITY\.md/);
});
