import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parse } from 'yaml';
import { generateSecretKey } from '../../src/index.js';
import { startEchoApp } from '../helpers/echo-app.js';
import { patientRedis } from '../helpers/fleet.js';
import { root, startProcess } from '../helpers/process.js';
import { certificate, launch } from '../helpers/proxies.js';
import { ask, bearer } from '../helpers/proxy-client.js';
import { startRedis } from '../helpers/redis.js';
import { createTestTokens, grant } from '../helpers/tokens.js';
import { requireTool } from '../helpers/tools.js';

const source = join(root, 'deploy/compose');
const read = (file: string) => readFileSync(join(source, file), 'utf8');
const compose = parse(read('compose.yaml'), { strict: true });
const folder = mkdtempSync(join(tmpdir(), 'compose-'));
after(() => rmSync(folder, { recursive: true }));

test('docker-compose finds nothing wrong with the file', () => {
  const project = join(folder, 'deploy/compose');
  mkdirSync(project, { recursive: true });
  cpSync(source, project, { recursive: true });
  const docker = spawnSync(requireTool('docker-compose'), ['config', '-q'], {
    cwd: project,
    encoding: 'utf8',
  });
  assert.equal(docker.status, 0, docker.stderr);
  assert.equal(docker.stderr, '');
});

test('only the proxy can be reached from outside, and the application only through it', () => {
  const { networks, services } = compose;
  assert.equal(networks.inside.internal, true);
  const published = Object.keys(services).filter((name) => services[name].ports);
  assert.deepEqual(published, ['proxy']);
  assert.deepEqual(services.app.networks, ['inside']);
  assert.deepEqual(services.redis.networks, ['inside']);
  // So that the service sees Caddy come from there and from nowhere else.
  const shared = services.gate.networks.filter((name: string) => services.proxy.networks.includes(name));
  assert.deepEqual(shared, ['inside']);
  assert.equal(services.gate.environment.TRUSTED_PROXIES, networks.inside.ipam.config[0].subnet);
});

test('the Caddyfile is that of the example, by the names of the services', () => {
  const example = readFileSync(join(root, 'examples/caddy/Caddyfile'), 'utf8');
  const named = example.replaceAll('127.0.0.1:8000', 'gate:8000').replaceAll('127.0.0.1:3000', 'app:3000');
  assert.equal(read('Caddyfile'), named);
});

// There is not always an engine to run containers, so what runs in them is run by hand.
test('its parts, run by hand, let only people through who are signed in', async () => {
  const secrets = {
    'otp-secret-key': generateSecretKey(),
    'jwt-secret': generateSecretKey(),
    'redis-password': generateSecretKey(),
  };
  for (const [name, secret] of Object.entries(secrets)) {
    writeFileSync(join(folder, name), secret, { mode: 0o600 });
  }
  const redisArgs = /redis-server (.*)$/.exec(compose.services.redis.command[2])?.[1] ?? '';
  assert.match(redisArgs, /^--requirepass "\$\$\(cat \/run\/secrets\/redis-password\)" --save "" /);
  const redis = await startRedis([
    '--requirepass',
    secrets['redis-password'],
    '--maxmemory-policy',
    'noeviction',
  ]);
  const app = await startEchoApp();
  const environment = Object.fromEntries(
    Object.entries<string>(compose.services.gate.environment).map(([name, value]) => [
      name,
      value.replace('/run/secrets', folder).replace('redis:6379', `127.0.0.1:${redis.port}`),
    ]),
  );
  const settings = join(folder, 'settings');
  writeFileSync(settings, read('settings'), { mode: 0o600 });
  chmodSync(folder, 0o755);
  const gate = startProcess(process.execPath, [join(root, 'dist/cli/main.js'), '--config', settings], {
    ...environment,
    ...patientRedis,
    PORT: '0',
  });
  const [, port = ''] = await gate.waitFor(/Listens +http:\/\/localhost:(\d+)/);
  const proxy = await launch({
    program: requireTool('caddy'),
    configure(listening, cert) {
      const site = read('Caddyfile')
        .replace(
          'app.example.com {',
          `app.example.com {\n\tbind 127.0.0.1\n\ttls ${cert}/cert.pem ${cert}/key.pem`,
        )
        .replaceAll('gate:8000', `127.0.0.1:${port}`)
        .replaceAll('app:3000', `127.0.0.1:${app.port}`);
      const config = `{\n\tadmin off\n\thttps_port ${listening}\n\tauto_https disable_redirects\n}\n${site}`;
      return { config, args: (file) => ['run', '--adapter', 'caddyfile', '--config', file] };
    },
  });
  assert.ok(certificate.cert);
  const forged = ['Remote-User', 'mallory@example.com'] as const;
  assert.equal((await ask(proxy.port, { headers: [forged] })).status, 401);
  assert.deepEqual(app.received, []);
  const { tokens } = createTestTokens({ clock: Date.now, keyOptions: { secret: secrets['jwt-secret'] } });
  const { accessToken } = await tokens.issue({ ...grant, identity: 'alice@example.com' });
  const passed = await ask(proxy.port, { headers: [bearer(accessToken), forged] });
  assert.equal(passed.status, 200);
  assert.equal(passed.echo?.headers['remote-user'], 'alice@example.com');
  const stranger = await tokens.issue({ ...grant, identity: 'alice@example.net' });
  assert.equal((await ask(proxy.port, { headers: [bearer(stranger.accessToken)] })).status, 403);
  assert.equal((await ask(proxy.port, { path: '/sign-in' })).status, 200);
  await proxy.stop();
  await gate.stop();
  await app.close();
  await redis.stop();
});
