import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { parseEnv } from 'node:util';
import { readCodeBlocks } from '../helpers/docs.js';
import { startHttpStub } from '../helpers/http-stub.js';
import { makeWrong, productionSecrets } from '../helpers/otp.js';
import { noEnvFile, root, runCli, startProcess, startService } from '../helpers/process.js';
import { findFreePort, type RedisServer, startRedis } from '../helpers/redis.js';
import { requirePython } from '../helpers/tools.js';
import { until } from '../helpers/until.js';

const [block] = readCodeBlocks('docs/django.md').filter(({ language }) => language === 'ini');
const recipe = parseEnv(block?.code ?? '') as Record<string, string>;
const secrets = {
  OTP_SECRET_KEY: productionSecrets.OTP_SECRET_KEY,
  OTP_IDENTITY_KEY: randomBytes(32).toString('base64'),
  REDIS_PASSWORD: 'pa55-of-redis',
};

test('the recipe for the Django handler is what production accepts, with nothing left over', async () => {
  const { code, stdout } = await runCli(['check', ...noEnvFile], {
    ...recipe,
    ...secrets,
    PORT: '0',
    TWILIO_ACCOUNT_SID: `AC${'0a'.repeat(16)}`,
    TWILIO_AUTH_TOKEN: 'token',
    TWILIO_FROM_NUMBER: '+14155550123',
  });
  assert.equal(code, 0, stdout);
  const warnings = stdout.split('\n').filter((line) => line.startsWith('warning:'));
  assert.equal(warnings.length, 1, stdout);
  assert.match(warnings[0] ?? '', /a year of guessing takes over an identity with a probability of/);
});

describe('the Django project gives the five answers of the handler, with the recipe in production', () => {
  let redis: RedisServer;
  let service: Awaited<ReturnType<typeof startService>>;
  let provider: Awaited<ReturnType<typeof startHttpStub>>;
  let django: ReturnType<typeof startProcess>;
  let url: string;

  before(async () => {
    redis = await startRedis(['--requirepass', secrets.REDIS_PASSWORD]);
    provider = await startHttpStub();
    service = await startService({
      ...recipe,
      ...secrets,
      REDIS_URL: `${redis.url}/1`,
      REDIS_TIMEOUT_MS: '10000',
      // Only who sends the message is another: Twilio cannot be reached from a test.
      DELIVERY_BACKEND: 'webhook',
      WEBHOOK_URL: provider.url,
      WEBHOOK_SECRET: randomBytes(32).toString('base64'),
      WEBHOOK_ALLOW_INSECURE_HTTP: 'true',
      WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
    });
    const port = await findFreePort();
    url = `http://127.0.0.1:${port}`;
    const python = requirePython(['django'], ['python3', 'python3-django']);
    django = startProcess(
      python,
      [`${root}examples/django/manage.py`, 'runserver', '--noreload', String(port)],
      {
        OTP_URL: `${service.url}/api/v1`,
        PYTHONPATH: `${root}sdk/python`,
        PYTHONDONTWRITEBYTECODE: '1',
        PYTHONUNBUFFERED: '1',
      },
    );
    await until('Django answers', async () => {
      assert.ok(django.child.exitCode === null, django.output.stderr);
      return fetch(url).then(
        () => true,
        () => false,
      );
    });
  });
  after(async () => {
    await django?.stop();
    await service?.stop();
    await provider?.close();
    await redis?.stop();
  });

  async function post(path: string, body: object): Promise<Record<string, string>> {
    const response = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    assert.equal(response.status, 200, django.output.stderr);
    return (await response.json()) as Record<string, string>;
  }
  const generate = (phone_number: string) => post('/otp/generate/', { phone_number });
  const verify = (phone_number: string, otp_code: string) => post('/otp/verify/', { phone_number, otp_code });
  const lastCode = (): string => JSON.parse(provider.received.at(-1)?.body ?? '{}').code;

  test('sent, then pending; invalid, then valid; then expired', async () => {
    const phone = '+4915112345678';
    assert.equal((await generate(phone))['status'], 'sent');
    const code = lastCode();
    assert.match(code, /^[0-9]{5}$/);
    assert.deepEqual(await generate(phone), {
      status: 'pending',
      message: 'OTP already sent. Please wait.',
    });
    assert.deepEqual(await verify(phone, makeWrong(code)), { status: 'invalid', message: 'Invalid OTP' });
    assert.deepEqual(await verify(phone, code), { status: 'valid', message: 'OTP Verified' });
    assert.deepEqual(await verify(phone, code), {
      status: 'expired',
      message: 'Your OTP has been expired, request for new OTP',
    });
  });

  test('blocked after three wrong codes, also for the right one and for a new one', async () => {
    const phone = '+4915112345679';
    await generate(phone);
    const code = lastCode();
    for (let tries = 0; tries < 3; tries++) {
      assert.equal((await verify(phone, makeWrong(code)))['status'], 'invalid');
    }
    const blocked = { status: 'blocked', message: 'Too many attempts. Try again later.' };
    assert.deepEqual(await verify(phone, code), blocked);
    assert.deepEqual(await generate(phone), blocked);
  });

  test('what cannot be a code is invalid, and nothing pending is expired', async () => {
    assert.equal((await verify('+4915112345670', 'abc'))['status'], 'invalid');
    assert.equal((await verify('+4915112345670', '12345'))['status'], 'expired');
  });

  test('neither a code nor a number is in Redis', async () => {
    const phone = '+4915112345671';
    await generate(phone);
    await redis.client.select(1);
    const keys = await redis.client.keys('*');
    const dumps = await Promise.all(keys.map((key) => redis.client.dumpBuffer(key)));
    const held = [...keys, ...dumps.map((dump) => dump?.toString('latin1') ?? '')].join('\n');
    assert.ok(keys.length > 0);
    assert.ok(!held.includes(lastCode()) && !held.includes(phone.slice(1)));
  });
});
