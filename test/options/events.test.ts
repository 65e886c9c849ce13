import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCheck } from '../../src/cli/check.js';
import { loadConfig } from '../../src/cli/config.js';
import { createOtp, type OtpOptions } from '../../src/index.js';
import { createInbox, jwtSecret, productionSecrets, secretKey } from '../helpers/otp.js';

const eventsSecret = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const url = 'https://hooks.example.com/in';
const production = {
  ...productionSecrets,
  NODE_ENV: 'production',
  DELIVERY_BACKEND: 'smtp',
  SMTP_HOST: 'localhost',
  SMTP_FROM: 'codes@example.com',
};
const create = (options: Partial<OtpOptions>) =>
  createOtp({ secretKey, jwtSecret, transports: [createInbox().transport], ...options });

test('URL and secret are needed together, which is said by name', () => {
  assert.throws(() => create({ eventsUrl: url }), /^TypeError: eventsUrl needs eventsSecret: /);
  assert.throws(() => create({ eventsSecret }), /^TypeError: eventsSecret needs eventsUrl: /);
  assert.throws(
    () => create({ eventsAllowPrivateTargets: true }),
    /^TypeError: eventsAllow.* needs eventsUrl: /,
  );
  void create({ eventsUrl: url, eventsSecret }).close();
  void create({ eventsUrl: url, eventsSecret: eventsSecret.slice(6) }).close();
  assert.match(loadConfig({ EVENTS_URL: url }).problems.join('\n'), /^EVENTS_URL: needs EVENTS_SECRET: /);
  assert.match(
    loadConfig({ EVENTS_SECRET: eventsSecret }).problems.join('\n'),
    /^EVENTS_SECRET: needs EVENTS_URL: /,
  );
});

// Attack: make the service talk to what only it can reach (SSRF), or read events off the network.
test('events go to public hosts with TLS, or where that is allowed to private ones', () => {
  const refused = [
    ['ftp://hooks.example.com', false],
    ['hooks.example.com', false],
    ['https://user:hunter2@hooks.example.com', false],
    ['http://hooks.example.com', false],
    ['http://hooks.example.com/?k=hunter2', true],
    ['http://93.184.215.14/?k=hunter2', true],
    ['http://0x5db8d70e/?k=hunter2', true],
    ['http://[2606:4700::6810:84e5]/', true],
    ['https://127.0.0.1/', false],
    ['https://0x7f.1/?k=hunter2', false],
    ['https://[::ffff:169.254.169.254]/', false],
    ['http://collector:9000/', false],
  ] as const;
  for (const [eventsUrl, eventsAllowPrivateTargets] of refused) {
    assert.throws(
      () => create({ eventsUrl, eventsSecret, eventsAllowPrivateTargets }),
      (error: Error) => /^eventsUrl must be /.test(error.message) && !error.message.includes('hunter2'),
      eventsUrl,
    );
    const given = { EVENTS_URL: eventsUrl, EVENTS_SECRET: eventsSecret };
    const allow = { EVENTS_ALLOW_PRIVATE_TARGETS: String(eventsAllowPrivateTargets) };
    for (const surroundings of [{}, production]) {
      const { problems } = loadConfig({ ...surroundings, ...given, ...allow });
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', /^EVENTS_URL: given "[^"]*", allowed: an https URL of a public host/);
      assert.doesNotMatch(problems[0] ?? '', /hunter2/);
    }
  }
  for (const eventsUrl of [
    'https://hooks.example.com',
    'https://10.0.0.7/',
    'http://collector:9000/events',
    'http://127.0.0.1:9000/',
    'http://[::1]:9000/',
    'http://collector.monitoring.svc.cluster.local/',
    'http://192.168.1.7/',
  ]) {
    void create({ eventsUrl, eventsSecret, eventsAllowPrivateTargets: true }).close();
    const given = {
      EVENTS_URL: eventsUrl,
      EVENTS_SECRET: eventsSecret,
      EVENTS_ALLOW_PRIVATE_TARGETS: 'true',
    };
    assert.deepEqual(loadConfig({ ...production, ...given }).problems, [], eventsUrl);
  }
});

test('a secret that cannot be one of Standard Webhooks is refused, and not repeated', () => {
  for (const wrong of ['hunter2', 'whsec_', 'whsec_aHVudGVyMg==', `whsec_${'A'.repeat(100)}`]) {
    assert.throws(
      () => create({ eventsUrl: url, eventsSecret: wrong }),
      /^RangeError: eventsSecret must be base64 of 24 to 64 bytes, with or without the prefix whsec_$/,
    );
    const [problem = ''] = loadConfig({ EVENTS_URL: url, EVENTS_SECRET: wrong }).problems;
    assert.match(problem, /^EVENTS_SECRET: given \d+ characters, allowed: `?whsec_/);
    assert.ok(!problem.includes('hunter2'));
  }
});

// Attack: read a token off the output of `check`, which people paste into bug reports.
test('`check` shows where events go, and neither the secret nor what is in the query', () => {
  const shown = formatCheck(loadConfig({ EVENTS_URL: `${url}?token=hunter2`, EVENTS_SECRET: eventsSecret }));
  assert.match(shown, /^EVENTS_URL +https:\/\/hooks\.example\.com\/in\?\*\*\*$/m);
  assert.match(shown, /^EVENTS_SECRET +\(set\)$/m);
  assert.ok(!shown.includes('hunter2') && !shown.includes(eventsSecret.slice(6)));
});
