import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { patientRedis } from '../helpers/fleet.js';
import { productionSecrets } from '../helpers/otp.js';
import { noEnvFile, postTo, root, startProcess } from '../helpers/process.js';
import { findFreePort, startRedis } from '../helpers/redis.js';
import { requireTool } from '../helpers/tools.js';

const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ');
const readCommand = (pattern: RegExp): string[] => JSON.parse(pattern.exec(dockerfile)?.[1] ?? '[]');

/** Runs a step of the Dockerfile to its end. */
function run(command: string, args: string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

test('the image is of an exact version of Node whose support has not ended, and the docs say until when', () => {
  const bases = dockerfile.match(/^FROM \S+/gm) ?? [];
  assert.equal(new Set(bases).size, 1);
  const [, major] = /^FROM node:(\d+)\.\d+\.\d+-[a-z]+-slim$/.exec(bases[0] ?? '') ?? [];
  const deployment = readFileSync(join(root, 'docs/deployment.md'), 'utf8');
  const [, documented, end = ''] =
    /The image runs on Node (\d+), which is supported until (\d+ \w+ \d{4})/.exec(deployment) ?? [];
  assert.equal(documented, major);
  assert.ok(Date.parse(end) > Date.parse('2026-11-27'));
});

// There is not always an engine to build the image with, so its steps are taken by hand.
test('the steps of the Dockerfile give a tree that an unprivileged user can serve from without writing', async () => {
  for (const step of ['RUN npm ci\n', 'npm pack', 'RUN npm ci --omit=dev', 'USER node', 'HEALTHCHECK']) {
    assert.ok(dockerfile.includes(step), step);
  }
  const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-image-'));
  const app = join(folder, 'app');
  const redis = await startRedis();
  try {
    chmodSync(folder, 0o755);
    mkdirSync(app);
    run('npm', ['pack', '--silent', '--pack-destination', folder], root);
    run('sh', ['-c', `tar -xzf ${folder}/stateless-otp-*.tgz --strip-components=1 -C ${app}`], root);
    copyFileSync(join(root, 'package-lock.json'), join(app, 'package-lock.json'));
    // What the project itself was installed from is at hand; a registry may be slow or fail now and then.
    run('npm', ['ci', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'], app);
    // A clone that was built, with nothing but what it needs to run, starts as the README says.
    for (const name of ['src', 'sdk', 'scripts', 'tsconfig.json', 'tsconfig.build.json']) {
      cpSync(join(root, name), join(app, name), { recursive: true });
    }
    const started = startProcess('npm', ['start', '--', ...noEnvFile], { PORT: '0' }, app);
    await started.waitFor(/Store +memory/);
    await started.stop();
    // A clone has it from the start, and the image never.
    rmSync(join(app, 'sdk'), { recursive: true });
    run('chmod', ['-R', 'a-w', app], root);

    const port = await findFreePort();
    const env = {
      ...productionSecrets,
      NODE_ENV: 'production',
      HOST: '0.0.0.0',
      PORT: String(port),
      STORE: 'redis',
      REDIS_URL: redis.url,
      ...patientRedis,
      OTP_ALLOW_CONSOLE_DELIVERY: 'true',
      DOCS: 'on',
    };
    // As root the test gives its privileges up, as the image does; otherwise it has none to give up.
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const [program = '', ...args] = readCommand(/\nCMD (\[.*\])/);
    const service = startProcess(program, args, env, app, nobody);
    await service.waitFor(/Store +redis/);
    const [, ...healthcheck] = readCommand(/HEALTHCHECK.*CMD (\[.*\])/);
    const health = (port: string) =>
      spawnSync(process.execPath, healthcheck, { env: { ...process.env, PORT: port } }).status;
    assert.equal(health(String(port)), 0);
    assert.equal(health('1'), 1);
    const { status } = await postTo(`http://127.0.0.1:${port}/api/v1/otp/request`, {
      identity: 'alice@example.com',
    });
    assert.equal(status, 200);
    assert.equal((await fetch(`http://127.0.0.1:${port}/docs/swagger-ui-bundle.js`)).status, 200);
    assert.deepEqual(await service.stop(), { code: 0, signal: null });
    const packages = run('npm', ['ls', '--omit=dev', '--all', '--parseable'], app).trim().split('\n');
    assert.ok(!packages.some((path) => /typescript|biome|swagger-ui-dist|tsx$/.test(path)));
  } finally {
    run('chmod', ['-R', 'u+w', folder], root);
    rmSync(folder, { recursive: true });
    await redis.stop();
  }
});

test('the compose file is valid and publishes one port only', () => {
  const compose = requireTool('docker-compose');
  const check = (env: Record<string, string>) =>
    spawnSync(compose, ['-f', join(root, 'docker-compose.yml'), 'config'], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '', HOME: tmpdir(), ...env },
    });
  const quiet = spawnSync(compose, ['-f', join(root, 'docker-compose.yml'), 'config', '-q'], {
    encoding: 'utf8',
  });
  assert.deepEqual([quiet.status, quiet.stdout], [0, ''], quiet.stderr);

  const development = check({}).stdout;
  assert.match(development, /NODE_ENV: development/);
  assert.equal(development.match(/ports:/g)?.length, 1);
  // Attack: read the codes of a development service from elsewhere in its network.
  assert.match(development, /127\.0\.0\.1:8000:8000/);
  assert.match(check({ PUBLISH_ADDRESS: '0.0.0.0' }).stdout, /0\.0\.0\.0:8000:8000/);
  const seed = {
    OTP_SECRET_KEY: 'xxx',
    JWT_SECRET: 'yyy',
    DELIVERY_BACKEND: 'smtp',
    SMTP_HOST: 'smtp.example.com',
  };
  const given = check({ ...seed, REDIS_PASSWORD: 'secret-of-redis' }).stdout;
  for (const [name, value] of Object.entries(seed)) assert.ok(given.includes(`${name}: ${value}`), name);
  assert.equal(given.match(/REDIS_PASSWORD: secret-of-redis/g)?.length, 2);
});
