import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { parseEnv } from 'node:util';
import { loadConfig, parseGiven } from '../src/cli/config.js';
import { unblocksInWords } from '../src/core/unblocks.js';
import { problems } from '../src/http/problems.js';
import { settingNames, settings } from '../src/options/settings.js';
import { createDocsFolder, docs, readCodeBlocks, writeBlocks } from './helpers/docs.js';
import { root } from './helpers/process.js';

const blocks = docs.flatMap(readCodeBlocks);
const read = (file: string) => readFileSync(join(root, file), 'utf8');

test('every TypeScript block of the documentation compiles against the package as users import it', () => {
  const folder = createDocsFolder();
  try {
    let count = 0;
    for (const page of docs) {
      const own = join(folder, page.replaceAll('/', '-'));
      mkdirSync(own);
      count += writeBlocks(page, own);
    }
    assert.ok(count >= 6);
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          module: 'nodenext',
          target: 'es2023',
          strict: true,
          noEmit: true,
          skipLibCheck: true,
          types: ['node'],
        },
      }),
    );
    const compiled = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
    assert.equal(compiled.stdout, '');
    assert.equal(compiled.status, 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

// So what is shown is what the tests of the examples run.
test('a block that names a file of the examples is that file', () => {
  const page = read('docs/quick-start.md');
  const shown = [...page.matchAll(/^`(examples\/\S+)`\n\n```\w+\n([\s\S]*?)^```$/gm)];
  assert.equal(shown.length, readCodeBlocks('docs/quick-start.md').length);
  assert.ok(shown.length >= 10);
  for (const [, file = '', code] of shown) assert.equal(code, read(file), file);
});

/** On every page. */
const runHere = ['ts', 'json', 'ini', 'sh'];

/** Pages whose blocks of another language a test of their own runs. */
const runByTheirTest: Record<string, string[]> = {
  css: ['docs/sign-in.md'],
  diff: ['docs/write-a-limit.md'],
  go: ['docs/check-tokens.md', 'docs/other-languages.md'],
  html: ['docs/messages.md', 'docs/quick-start.md', 'docs/sign-in.md'],
  java: ['docs/check-tokens.md', 'docs/other-languages.md'],
  js: ['README.md', 'docs/quick-start.md', 'docs/sign-in.md', 'docs/testing.md'],
  nginx: ['docs/check-tokens.md'],
  php: ['docs/check-tokens.md', 'docs/other-languages.md'],
  python: ['docs/check-tokens.md', 'docs/sdk-python.md'],
  redis: ['docs/redis.md'],
  tsx: ['docs/sign-in.md'],
  typescript: ['docs/quick-start.md', 'docs/write-a-limit.md'],
  vue: ['docs/sign-in.md'],
  yaml: ['docs/deployment.md'],
};

/** Pages whose curl lines a test of their own runs. */
const runByCurl = ['README.md', 'docs/check-tokens.md', 'docs/quick-start-http.md'];

test('every block is in a language that a test compiles or runs on that page', () => {
  for (const { language, file, line } of blocks) {
    const isRun = runHere.includes(language) || runByTheirTest[language]?.includes(file);
    const what = `${file}:${line}: no test runs ${language || 'a block without a language'}`;
    assert.ok(isRun, `${what}; it can be ${runHere.join(', ')}, or runByTheirTest lists the page`);
  }
  for (const file of docs) {
    const fences = read(file).match(/^\s*(```|~~~)/gm) ?? [];
    assert.equal(fences.length, 2 * readCodeBlocks(file).length, `${file} has a block that is not read`);
  }
});

test('every JSON block is JSON', () => {
  const sources = blocks.filter(({ language }) => language === 'json');
  assert.ok(sources.length >= 3);
  for (const { code } of sources) JSON.parse(code);
});

test('every ini block holds settings that the service accepts', () => {
  const sources = blocks.filter(({ language }) => language === 'ini');
  assert.ok(sources.length >= 5);
  for (const { code, file, line } of sources) {
    const given = parseEnv(code);
    const unknown = Object.keys(given).filter((name) => !(name in settings));
    assert.deepEqual([...unknown, ...parseGiven(given).wrong], [], `${file}:${line}`);
  }
});

test('every shell block runs a script of the package, a command of ours, or a test runs it', () => {
  const { scripts } = JSON.parse(read('package.json'));
  for (const { code, file } of blocks.filter(({ language }) => language === 'sh')) {
    // test/runbook.test.ts runs every block of it.
    if (file === 'docs/runbook.md') continue;
    for (const line of code.replaceAll('\\\n', ' ').trim().split('\n')) {
      if (runByCurl.includes(file) && line.startsWith('curl ')) continue;
      for (const step of line.split(' && ')) {
        const command = step.replace(/^([A-Z_]+=\S+ )*/, '');
        const isScript = /^npm (start|test|run ([\w:-]+))/.exec(command);
        assert.ok(
          command === 'npm ci' ||
            (isScript && scripts[isScript[2] ?? isScript[1] ?? '']) ||
            /^npx stateless-otp (secret|check|keys|send-test|identity)/.test(command),
          `${file}: ${line}`,
        );
      }
    }
  }
});

test('the settings of the Django handler in the documentation are valid', () => {
  const [block] = readCodeBlocks('docs/configuration.md').filter(({ language }) => language === 'sh');
  const assignments = (block?.code ?? '').match(/[A-Z_]+=\S+/g) ?? [];
  assert.equal(assignments.length, 4);
  assert.deepEqual(loadConfig(parseEnv(assignments.join('\n'))).problems, []);
});

/** All pages, those too whose blocks other tests see to. */
const pages = [
  ...docs,
  ...['spec/protocol.md', 'spec/vectors/README.md', 'sdk/python/README.md'],
  ...['caddy', 'nginx', 'traefik'].map((proxy) => `examples/${proxy}/README.md`),
];

/** Where a page links to inside the project, from the root. */
function readLinks(page: string): { target: string; anchor: string }[] {
  const text = read(page)
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].map(([, path = '', anchor = '']) => ({
    target: path === '' ? page : join(dirname(page), path),
    anchor,
  }));
}

/** The anchor that a heading gets. */
const slug = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\d_ -]/gu, '')
    .replaceAll(' ', '-');

describe('what is documented is what there is', () => {
  test('links inside the project lead somewhere, to a heading that is there', () => {
    for (const page of pages) {
      for (const { target, anchor } of readLinks(page)) {
        assert.ok(existsSync(join(root, target)), `${page} links to ${target}`);
        if (!anchor) continue;
        const headings = [...read(target).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => slug(heading));
        assert.ok(headings.includes(anchor), `${page} links to ${target}#${anchor}`);
      }
    }
  });

  test('what the comparison says about another system has a source, and every source is used', () => {
    const page = read('docs/comparison.md');
    const rows = [...page.matchAll(/^\| (?!stateless-otp|---|\|)([^|]+?) \|(.*)$/gm)];
    assert.ok(rows.length >= 7);
    const used = rows.flatMap(([, name, cells = '']) => {
      const numbers = [...cells.matchAll(/\[(\d+)\]/g)].map(([, number]) => Number(number));
      assert.ok(numbers.length > 0, `${name} has no source`);
      return numbers;
    });
    const sources = [...page.matchAll(/^(\d+)\. \[[^\]]+\]\(https:\/\/[^)]+\)/gm)].map(([, number]) =>
      Number(number),
    );
    assert.deepEqual(
      [...new Set(used)].sort((a, b) => a - b),
      sources,
    );
  });

  test('every key that is derived from a secret has its row', () => {
    const source = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => read(`src/${name}`))
      .join('\n');
    const labels = [...source.matchAll(/deriveKey\(\w+, '([a-z-]+)'\)/g)].map(([, label]) => label);
    assert.ok(labels.length >= 8);
    const page = read('docs/security-review.md');
    for (const label of new Set(labels)) assert.ok(page.includes(`\n| \`${label}\` |`), label);
  });

  test('the README leads to every page', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const { target } of page.endsWith('.md') ? readLinks(page) : []) reached.add(target);
    }
    const missed = pages.filter((page) => !reached.has(page) && !reached.has(`${dirname(page)}/`));
    assert.deepEqual(missed, [], 'neither README.md nor a page that it leads to links to these');
  });

  test('the files and folders that CONTRIBUTING.md names are there', () => {
    const named = read('CONTRIBUTING.md').matchAll(
      /`((?:src|test|docs|scripts|spec|bench|examples|sdk|\.ci)\/[^\s`*<]*)`/g,
    );
    const paths = [...named].map(([, path = '']) => path);
    assert.ok(paths.length >= 30);
    const gone = paths.filter((path) => !existsSync(join(root, path)));
    assert.deepEqual(gone, []);
  });

  test('every problem has its row, with its status', () => {
    const page = read('docs/http.md');
    for (const [code, { status }] of Object.entries(problems))
      assert.ok(page.includes(`| \`${code}\` | ${status} |`), code);
  });

  test('every problem has its advice: whether to try again, and when', () => {
    const page = read('docs/testing.md');
    const rows = [...page.matchAll(/^\| ((?:`\w+`(?:, )?)+) \| \S/gm)].map(([, codes = '']) => codes);
    const advised = rows.flatMap((codes) => codes.replaceAll('`', '').split(', '));
    assert.deepEqual(advised.sort(), Object.keys(problems).sort());
  });

  test('every picture of a page is there, and says what it shows', () => {
    for (const page of docs) {
      const images = [...read(page).matchAll(/<img[^>]*>/g)].map(([tag]) => tag);
      const inline = [...read(page).matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g)];
      const pictures = [
        ...images.map((tag) => [/ alt="([^"]*)"/.exec(tag)?.[1], / src="([^"]*)"/.exec(tag)?.[1]]),
        ...inline.map(([, alt, file]) => [alt, file]),
      ];
      for (const [alt = '', file = ''] of pictures) {
        assert.ok(alt.length > 10, `${page}: ${file}`);
        assert.ok(existsSync(join(root, dirname(page), file)), `${page}: ${file}`);
      }
    }
  });

  test('every kind of key in Redis has its row', () => {
    const sources = read('src/stores/redis.ts') + read('src/stores/redis/keys.ts');
    const kinds = [...sources.matchAll(/\bof\('([a-z]\d?)'/g)].map(([, kind]) => kind);
    assert.ok(kinds.length >= 6);
    const page = read('docs/redis.md');
    for (const kind of kinds) assert.ok(page.includes(`| \`${kind}:{`), kind);
  });

  test('every limit is in the table of its page, with its default', () => {
    const page = read('docs/limits.md');
    const others = [
      'OTP_WINDOW_SECONDS',
      'OTP_MAX_ATTEMPTS',
      'OTP_LENGTHEN_AFTER',
      'OTP_LONG_DIGITS',
    ] as const;
    for (const name of [...settingNames.filter((name) => name.startsWith('RATE_')), ...others]) {
      const [, shown] = new RegExp(`\\| (\\w+)[^|]*\\| \`${name}\``).exec(page) ?? [];
      const { default: value = 'none' } = settings[name];
      assert.equal(shown, String(value), `docs/limits.md needs a row "| … | ${value} … | \`${name}\` |"`);
    }
  });

  test('the page for operators says how often an identity is unblocked', () => {
    assert.ok(read('docs/operations.md').includes(`after ${unblocksInWords} it answers`));
  });

  test('.env.example names every setting once, and its defaults are accepted', () => {
    const example = parseEnv(read('.env.example').replace(/^#(?=[A-Z_]+=)/gm, ''));
    assert.deepEqual(Object.keys(example).sort(), [...settingNames].sort());
    assert.deepEqual(loadConfig(example).problems, []);
  });
});
