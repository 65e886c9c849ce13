import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createBackend } from '../../src/cli/backends.js';
import { formatCheck } from '../../src/cli/check.js';
import { loadConfig } from '../../src/cli/config.js';
import { createMessage } from '../helpers/messages.js';
import { startScriptedSmtp } from '../helpers/scripted-smtp.js';
import { startTokenEndpoint } from '../helpers/token-endpoint.js';

const smtp = { DELIVERY_BACKEND: 'smtp', SMTP_HOST: 'mail.example.com', SMTP_FROM: 'codes@example.com' };
const oauth = {
  ...smtp,
  SMTP_USERNAME: 'codes@example.com',
  SMTP_OAUTH_TOKEN_URL: 'https://login.example.com/token',
  SMTP_OAUTH_CLIENT_ID: 'client-of-ours',
  SMTP_OAUTH_CLIENT_SECRET: 'S3cret-of-client',
  SMTP_OAUTH_SCOPE: 'https://mail.example.com/.default',
};
const problemsOf = (source: Record<string, string>) => loadConfig(source).problems;

describe('the port of a mail server and its TLS', () => {
  test('that contradict each other are refused by name', () => {
    for (const [port, secure] of [
      ['465', 'false'],
      ['587', 'true'],
      ['25', 'true'],
    ] as const) {
      const problems = problemsOf({ ...smtp, SMTP_PORT: port, SMTP_SECURE: secure });
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(
        problems[0] ?? '',
        new RegExp(`^SMTP_SECURE: must not be ${secure} with SMTP_PORT=${port}, `),
      );
    }
  });

  test('go together when either is left out, and on other ports', () => {
    for (const settings of [
      {},
      { SMTP_PORT: '465' },
      { SMTP_PORT: '465', SMTP_SECURE: 'true' },
      { SMTP_SECURE: 'true' },
      { SMTP_PORT: '587', SMTP_SECURE: 'false' },
      { SMTP_PORT: '2465', SMTP_SECURE: 'true' },
      { SMTP_PORT: '2587', SMTP_SECURE: 'true' },
      { SMTP_PORT: '2465' },
      { SMTP_PORT: '2525' },
    ]) {
      assert.deepEqual(problemsOf({ ...smtp, ...settings }), [], JSON.stringify(settings));
    }
  });

  test('are not warned of when TLS is sure', () => {
    for (const settings of [{ SMTP_PORT: '465' }, { SMTP_PORT: '2465' }, { SMTP_SECURE: 'true' }, oauth]) {
      assert.deepEqual(loadConfig({ ...smtp, ...settings }).warnings, []);
    }
    for (const settings of [{}, { SMTP_PORT: '2465', SMTP_SECURE: 'false' }, { SMTP_PORT: '2587' }]) {
      assert.match(loadConfig({ ...smtp, ...settings }).warnings.join(), /^SMTP_REQUIRE_TLS/);
    }
  });
});

describe('a login by OAuth 2.0', () => {
  test('takes a scope, a refresh token, or both', () => {
    assert.deepEqual(problemsOf(oauth), []);
    assert.deepEqual(problemsOf({ ...oauth, SMTP_OAUTH_REFRESH_TOKEN: 'refresh' }), []);
    assert.deepEqual(problemsOf({ ...oauth, SMTP_OAUTH_SCOPE: '', SMTP_OAUTH_REFRESH_TOKEN: 'refresh' }), []);
  });

  test('that is half configured is refused by the name of what is missing', () => {
    const names = [
      'SMTP_USERNAME',
      'SMTP_OAUTH_TOKEN_URL',
      'SMTP_OAUTH_CLIENT_ID',
      'SMTP_OAUTH_CLIENT_SECRET',
      'SMTP_OAUTH_SCOPE',
    ] as const;
    for (const name of names) {
      const problems = problemsOf({ ...oauth, [name]: '' });
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.ok(problems[0]?.startsWith(`${name}: required`), problems[0]);
    }
    // Each alone asks for the others.
    for (const name of names.slice(1)) {
      const missing = problemsOf({ ...smtp, [name]: oauth[name] }).map((line) => line.split(':')[0]);
      assert.deepEqual(missing.sort(), names.filter((other) => other !== name).sort(), name);
    }
    assert.equal(problemsOf({ ...smtp, SMTP_OAUTH_REFRESH_TOKEN: 'refresh' }).length, 4);
  });

  test('and a password together are refused', () => {
    const problems = problemsOf({ ...oauth, SMTP_PASSWORD: 'hunter2' });
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', /^SMTP_PASSWORD: contradicts the SMTP_OAUTH_\* settings/);
  });

  test('that the transport refuses is refused by the name of the setting, with what was given', () => {
    for (const [name, wrong] of [
      ['SMTP_HOST', 'mail.example.com:587'],
      ['SMTP_HOST', 'smtp://mail.example.com'],
      ['SMTP_OAUTH_TOKEN_URL', 'http://login.example.com/token'],
      ['SMTP_OAUTH_SCOPE', 'a  b'],
      ['SMTP_OAUTH_CLIENT_SECRET', 'a b'],
      ['SMTP_NAME', 'not a name'],
      ['SMTP_TLS_SERVERNAME', 'not a name'],
    ] as const) {
      const problems = problemsOf({ ...oauth, [name]: wrong });
      assert.equal(problems.length, 1, problems.join('\n'));
      const given = name === 'SMTP_OAUTH_CLIENT_SECRET' ? `${wrong.length} characters` : `"${wrong}"`;
      assert.ok(problems[0]?.startsWith(`${name}: given ${given}, allowed: `), problems[0]);
    }
  });

  // Attack: read the secrets in what the command `check` prints.
  test('takes its secrets from files, and shows none', () => {
    const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-'));
    try {
      const files: Record<string, string> = {};
      for (const name of ['SMTP_OAUTH_CLIENT_SECRET', 'SMTP_OAUTH_REFRESH_TOKEN', 'AWS_SESSION_TOKEN']) {
        files[`${name}_FILE`] = join(folder, name);
        writeFileSync(join(folder, name), `S3cret-in-${name}\n`);
      }
      const source = { ...oauth, SMTP_OAUTH_CLIENT_SECRET: '', ...files };
      const loaded = loadConfig(source);
      assert.deepEqual(loaded.problems, []);
      assert.equal(loaded.config?.SMTP_OAUTH_CLIENT_SECRET, 'S3cret-in-SMTP_OAUTH_CLIENT_SECRET');
      assert.equal(loaded.config?.SMTP_OAUTH_REFRESH_TOKEN, 'S3cret-in-SMTP_OAUTH_REFRESH_TOKEN');
      assert.equal(loaded.config?.AWS_SESSION_TOKEN, 'S3cret-in-AWS_SESSION_TOKEN');
      assert.doesNotMatch(formatCheck(loaded), /S3cret-in/);
      assert.match(formatCheck(loaded), /SMTP_OAUTH_CLIENT_SECRET +\(set\)/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('reaches the server as it is configured, with the name that it is greeted with', async () => {
    const endpoint = await startTokenEndpoint();
    const server = await startScriptedSmtp(({ line }) => {
      if (line.startsWith('EHLO')) return '250-test\r\n250 AUTH XOAUTH2';
      return line.startsWith('AUTH') ? '235 accepted' : undefined;
    });
    const { config } = loadConfig({
      ...oauth,
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: String(server.port),
      SMTP_NAME: 'otp.example.net',
      SMTP_OAUTH_TOKEN_URL: endpoint.url,
      SMTP_OAUTH_REFRESH_TOKEN: 'refresh-0',
    });
    const transport = createBackend('smtp', config ?? assert.fail());
    try {
      assert.ok((await transport.send(createMessage(), { signal: new AbortController().signal })).ok);
      assert.equal(server.lines[0], 'EHLO otp.example.net');
      assert.deepEqual(endpoint.forms(), [
        {
          grant_type: 'refresh_token',
          refresh_token: 'refresh-0',
          client_id: 'client-of-ours',
          client_secret: 'S3cret-of-client',
          scope: 'https://mail.example.com/.default',
        },
      ]);
    } finally {
      await transport.close?.();
      await server.close();
      await endpoint.close();
    }
  });
});

test('keys that are temporary reach Amazon SES with their token', () => {
  const { problems } = loadConfig({
    DELIVERY_BACKEND: 'ses',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'key',
    AWS_SESSION_TOKEN: 'two words',
    SES_FROM: 'codes@example.com',
  });
  assert.deepEqual(problems, [
    'AWS_SESSION_TOKEN: given 9 characters, allowed: printable ASCII without spaces, and not empty',
  ]);
});
