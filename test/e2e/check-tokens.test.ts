import assert from 'node:assert/strict';
import { createPrivateKey, createSecretKey } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { generateApiKey } from '../../src/index.js';
import { createTokenKeys } from '../../src/tokens/keys.js';
import { readCodeBlocks } from '../helpers/docs.js';
import { mintBadTokens, mintToken, type TokenSource } from '../helpers/minted-tokens.js';
import { startNginx } from '../helpers/nginx.js';
import { jwtSecret } from '../helpers/otp.js';
import { postTo, root, startService } from '../helpers/process.js';
import { runSample, runToEnd } from '../helpers/samples.js';
import { createPem } from '../helpers/tokens.js';
import { requirePython, requireTool } from '../helpers/tools.js';

const alice = 'alice@example.com';
const blocks = readCodeBlocks('docs/check-tokens.md');
/** What the samples take for the service, and an address where there is none. */
const sampleHost = 'localhost:8000';
const nowhere = '127.0.0.1:1';

const es256 = createSource('ES256', createPem('P-256'));
const edDsa = createSource('EdDSA', createPem('Ed25519'));
const hs256: TokenSource = { algorithm: 'HS256', key: createSecretKey(Buffer.from(jwtSecret)) };
const client = generateApiKey();

let folder = '';
let service: Awaited<ReturnType<typeof startService>>;
let host: string;
/** One that the service has issued, and one that it has issued and revoked. */
let good: string;
let revoked: string;

before(async () => {
  // Inside the project, so that a sample finds jose.
  mkdirSync(join(root, '.scratch'), { recursive: true });
  folder = mkdtempSync(join(root, '.scratch', 'check-tokens-'));
  // One service whose keys rotate, so that tokens of every algorithm are valid.
  service = await startService({
    JWT_PRIVATE_KEY: pemOf(es256),
    JWT_PRIVATE_KEY_PREVIOUS: pemOf(edDsa),
    JWT_SECRET_PREVIOUS: jwtSecret,
    INTROSPECT_CLIENTS: `api=${client.hash}`,
    OTP_PURPOSES: 'sign-in,payment',
  });
  host = service.url.replace('http://', '');
  await postTo(`${service.url}/api/v1/otp/request`, { identity: alice });
  const [, otp] = await service.waitFor(/code (\d{6}) for/);
  const { body } = await postTo(`${service.url}/api/v1/otp/verify`, { identity: alice, otp });
  good = body.access_token;
  revoked = await mintToken(es256);
  const form = new URLSearchParams({ token: revoked });
  const answer = await fetch(`${service.url}/oauth/revoke`, { method: 'POST', body: form });
  assert.equal(answer.status, 200);
});

after(async () => {
  await service?.stop();
  if (folder) rmSync(folder, { recursive: true });
});

/** What a sample makes of a token: the identity, or null when it refuses it. */
type Check = (token: string) => Promise<string | null>;

// Attack, in all of these: a token that is forged, expired, or meant for something else.

test('Node with the public keys accepts good tokens alone, and does not see a revocation', async () => {
  const check = await importSample(0, host);
  await assertChecksAlone(check, es256);
  assert.equal(await check(revoked), alice);
  await assertChecksAlone(await importSample(0, host, 'EdDSA'), edDsa);
  assert.equal(await (await importSample(0, nowhere))(good), null);
});

test('Node with the secret accepts good tokens alone', async () => {
  process.env.JWT_SECRET = jwtSecret;
  try {
    await assertChecksAlone(await importSample(1, host), hs256);
    // Attack: a token signed with the empty secret.
    process.env.JWT_SECRET = '';
    await assert.rejects(importSample(1, nowhere), /at least 32 bytes/);
  } finally {
    delete process.env.JWT_SECRET;
  }
});

test('Python with the public keys accepts good tokens alone, and does not see a revocation', async () => {
  const python = requirePython(['jwt', 'cryptography'], ['python3-jwt', 'python3-cryptography']);
  const at = (where: string, algorithm = '') => {
    const file = writeSample('python', 0, 'check.py', where, algorithm);
    return (token: string) => runSample(python, [file, token]);
  };
  const check = at(host);
  await assertChecksAlone(check, es256);
  assert.equal(await check(revoked), alice);
  const checkEdDsa = at(host, 'EdDSA');
  assert.equal(await checkEdDsa(await mintToken(edDsa)), alice);
  assert.equal(await checkEdDsa(good), null);
  assert.equal(await at(nowhere)(good), null);
});

test('PHP with the secret accepts good tokens alone', async () => {
  const php = requireTool('php', 'php-cli');
  const file = writeSample('php', 0, 'check.php');
  const withSecret = (secret: string) => (token: string) =>
    runSample(php, ['-d', 'display_errors=stderr', file, token], { JWT_SECRET: secret });
  await assertChecksAlone(withSecret(jwtSecret), hs256);
  // Attack: a token signed with the empty secret, which HMAC fills up with zeros.
  assert.equal(
    await withSecret('')(await mintToken({ ...hs256, key: createSecretKey(Buffer.alloc(32)) })),
    null,
  );
});

test('Go by introspection accepts active tokens for a sign-in alone', async () => {
  const go = requireTool('go', 'golang-go');
  const build = async (where: string, name: string) => {
    const file = writeSample('go', 0, 'check.go', where);
    const unformatted = await runToEnd(requireTool('gofmt', 'golang-go'), ['-l', file]);
    assert.deepEqual(unformatted, { code: 0, stdout: '', stderr: '' });
    const built = await runToEnd(go, ['build', '-o', join(folder, name), file]);
    assert.equal(built.code, 0, built.stderr);
    return (secret: string) => (token: string) =>
      runSample(join(folder, name), [token], { INTROSPECT_SECRET: secret });
  };
  const check = await build(host, 'check');
  await assertAsks(check(client.key));
  assert.equal(await check('another')(good), null);
  assert.equal(await (await build(nowhere, 'check-nowhere'))(client.key)(good), null);
});

test('Java by the bearer check accepts active tokens for a sign-in alone', async () => {
  const java = requireTool('java', 'openjdk-17-jdk-headless');
  const javac = requireTool('javac', 'openjdk-17-jdk-headless');
  const file = writeSample('java', 0, 'Check.java');
  // The tokens share one machine, which is slow to start.
  const many = join(folder, 'Many.java');
  writeFileSync(
    many,
    `class Many { public static void main(String[] tokens) throws Exception {
      for (var token : tokens) System.out.println(Check.readIdentity(token).orElse("refused"));
    } }`,
  );
  const compiled = await runToEnd(javac, [
    '-Xlint:all',
    '-Werror',
    '-d',
    join(folder, 'classes'),
    file,
    many,
  ]);
  assert.deepEqual(compiled, { code: 0, stdout: '', stderr: '' });
  const bad = Object.values({ ...(await mintBadTokens(es256)), revoked });
  const accepted = [good, ...(await mintAhead(es256, ['iat', 'auth_time']))];
  const answers = await runToEnd(java, ['-cp', join(folder, 'classes'), 'Many', ...accepted, ...bad]);
  const expected = [...accepted.map(() => alice), ...bad.map(() => 'refused')];
  assert.deepEqual(answers.stdout.trim().split('\n'), expected, answers.stderr);

  assert.equal(await runSample(java, [file, good]), alice);
  assert.equal(await runSample(java, [writeSample('java', 0, 'Check.java', nowhere), good]), null);
});

test('the two questions by curl are answered with the identity for active tokens alone', async () => {
  requireTool('curl');
  const [bearer = '', introspect = ''] = findBlock('sh', 0).replaceAll(sampleHost, host).trim().split('\n');
  const ask = async (line: string, token: string) => {
    const env = { TOKEN: token, INTROSPECT_SECRET: client.key };
    const { code, stdout } = await runToEnd('sh', ['-c', line], env);
    return code === 0 ? JSON.parse(stdout) : null;
  };
  await assertAsks(async (token) => (await ask(bearer, token))?.claims.sub ?? null);
  // Introspection leaves the purpose to who asks.
  await assertAsks(async (token) => {
    const answer = await ask(introspect, token);
    if (answer && !answer.active) assert.deepEqual(answer, { active: false });
    return answer?.active && answer.purpose === 'sign-in' ? answer.sub : null;
  });
});

test('nginx passes on requests with an active token alone, and says whose it is', async (t) => {
  const reached: IncomingHttpHeaders[] = [];
  const app = createServer((incoming, answer) => {
    reached.push(incoming.headers);
    incoming.pipe(answer);
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  t.after(() => app.close());
  const block = findBlock('nginx', 0)
    .replaceAll(sampleHost, host)
    .replaceAll('localhost:3000', `127.0.0.1:${(app.address() as AddressInfo).port}`);
  const { socketPath, stop } = await startNginx(block);
  t.after(stop);
  const send = (headers: Record<string, string>, body = '') =>
    new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const outgoing = request({ socketPath, method: body ? 'POST' : 'GET', headers }, async (answer) => {
        const chunks = await answer.setEncoding('utf8').toArray();
        resolve({ status: answer.statusCode, text: chunks.join('') });
      });
      outgoing.on('error', reject).end(body);
    });

  await assertAsks(async (token) => {
    // Attack: a client that says itself who it is.
    const headers = { Authorization: `Bearer ${token}`, 'Remote-User': 'mallory@example.com' };
    const { status } = await send(headers);
    if (status !== 200) assert.equal(status, 401);
    return status === 200 ? String(reached.at(-1)?.['remote-user']) : null;
  });
  const before = reached.length;
  assert.equal((await send({ 'Remote-User': alice })).status, 401);
  assert.equal(reached.length, before);
  assert.deepEqual(await send({ Authorization: `Bearer ${good}` }, 'a body'), {
    status: 200,
    text: 'a body',
  });
});

test('there is no block that no test here runs', () => {
  const languages = blocks.map(({ language }) => language);
  assert.deepEqual(languages, ['ts', 'ts', 'python', 'php', 'sh', 'go', 'java', 'nginx']);
});

/** Seconds that the clock of a sample may be behind that of the service. */
const behind = [10, 30, 59];

/** Fresh tokens as they look to a clock that is behind. */
function mintAhead(source: TokenSource, claims: readonly string[]): Promise<string[]> {
  const now = Math.floor(Date.now() / 1000);
  return Promise.all(
    behind.map((seconds) => {
      const at = Object.fromEntries(claims.map((name) => [name, now + seconds]));
      return mintToken(source, { ...at, exp: now + seconds + 900 });
    }),
  );
}

/** Of a sample that has the key: it knows one algorithm. */
async function assertChecksAlone(check: Check, source: TokenSource): Promise<void> {
  assert.equal(await check(source === es256 ? good : await mintToken(source)), alice);
  for (const token of await mintAhead(source, ['iat', 'nbf', 'auth_time']))
    assert.equal(await check(token), alice);
  const others = [es256, edDsa, hs256].filter((other) => other !== source);
  const ofOthers = others.map(async (other) => [`of ${other.algorithm}`, await mintToken(other)]);
  await assertRefuses(check, {
    ...(await mintBadTokens(source)),
    ...Object.fromEntries(await Promise.all(ofOthers)),
  });
}

/** Of a sample that asks the service. */
async function assertAsks(check: Check): Promise<void> {
  assert.equal(await check(good), alice);
  // From an instance of the service whose clock is ahead.
  for (const token of await mintAhead(es256, ['iat', 'auth_time'])) assert.equal(await check(token), alice);
  await assertRefuses(check, { ...(await mintBadTokens(es256)), revoked });
}

async function assertRefuses(check: Check, tokens: Record<string, string>): Promise<void> {
  const answers = Object.entries(tokens).map(async ([what, token]) => [what, await check(token)]);
  const accepted = (await Promise.all(answers)).filter(([, identity]) => identity !== null);
  assert.deepEqual(accepted, []);
}

/** The exported function of a TypeScript block. */
async function importSample(index: number, where: string, algorithm = ''): Promise<Check> {
  const { readIdentity } = await import(writeSample('ts', index, 'check.ts', where, algorithm));
  return (token) => readIdentity(token).catch(() => null);
}

/** A sample as users get it, but for the address of the service and the algorithm that they are told to put there. */
function writeSample(language: string, index: number, name: string, where = host, algorithm = ''): string {
  const code = findBlock(language, index).replaceAll(sampleHost, where);
  const place = mkdtempSync(join(folder, 'sample-'));
  writeFileSync(join(place, name), algorithm === 'EdDSA' ? code.replace('ES256', algorithm) : code);
  return join(place, name);
}

function findBlock(language: string, index: number): string {
  const block = blocks.filter((each) => each.language === language)[index];
  assert.ok(block, `block ${index} of ${language}`);
  return block.code;
}

function createSource(algorithm: 'ES256' | 'EdDSA', pem: string): TokenSource {
  const { kid } = createTokenKeys({ privateKey: pem }).signing;
  return { algorithm, key: createPrivateKey(pem), ...(kid === undefined ? {} : { kid }) };
}

function pemOf({ key }: TokenSource): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
