import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { loadConfig, readEnvFile } from '../../src/cli/config.js';
import { findMountOptions } from '../../src/cli/secret-file.js';
import { type SettingName, settings } from '../../src/options/settings.js';
import { productionSecrets } from '../helpers/otp.js';
import { root, runCli, startProcess } from '../helpers/process.js';

const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
function write(content: string | Uint8Array, mode = 0o600): string {
  const path = join(folder, `file${files++}`);
  writeFileSync(path, content, { mode });
  chmodSync(path, mode);
  return path;
}

const bigEndian = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
/** A text as editors and shells of Windows write it. */
const encodings: [name: string, encode: (text: string) => Uint8Array][] = [
  ['UTF-8', (text) => Buffer.from(text)],
  ['UTF-8 with a byte-order mark', (text) => Buffer.from(`\ufeff${text}`)],
  ['UTF-16, little endian', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['UTF-16, big endian', bigEndian],
  ['UTF-8 with CRLF', (text) => Buffer.from(text.replaceAll('\n', '\r\n'))],
  ['UTF-16 with CRLF', (text) => Buffer.from(`\ufeff${text.replaceAll('\n', '\r\n')}`, 'utf16le')],
];
const { OTP_SECRET_KEY, JWT_SECRET } = productionSecrets;

describe('a settings file is in force from its first line on', () => {
  const text = `NODE_ENV=production\nGATE_ALLOW=@müller.example\nBRAND_NAME="Müller & Söhne"\n`;
  for (const [name, encode] of encodings) {
    test(name, async () => {
      const path = write(encode(text));
      const { given } = loadConfig({}, readEnvFile(path));
      assert.deepEqual(given, {
        NODE_ENV: 'production',
        GATE_ALLOW: '@müller.example',
        BRAND_NAME: 'Müller & Söhne',
      });
    });
  }

  test('and so is a process that reads it', async () => {
    const path = write(Buffer.from('\ufeffNODE_ENV=production\n'));
    const { code, stderr } = await runCli(['--config', path], { PORT: '0' });
    assert.equal(code, 2);
    assert.match(stderr, /^stateless-otp: OTP_SECRET_KEY: required in production/);
  });

  test('and one in another encoding is refused, by its name', async () => {
    for (const bytes of [Buffer.from('BRAND_NAME=Müller\n', 'latin1'), Buffer.from('PORT=1\n', 'utf16le')]) {
      const path = write(bytes);
      assert.throws(() => readEnvFile(path), { message: `${path}: is not text in UTF-8` });
      const { code, stderr } = await runCli(['check', '--config', path]);
      assert.deepEqual([code, stderr], [2, `stateless-otp: ${path}: is not text in UTF-8 (see --help)\n`]);
    }
  });
});

describe('a secret is the same from its file', () => {
  for (const [name, encode] of encodings) {
    test(name, () => {
      for (const end of ['', '\n']) {
        const { config, problems } = loadConfig({ JWT_SECRET_FILE: write(encode(JWT_SECRET + end)) });
        assert.deepEqual([problems, config?.JWT_SECRET], [[], JWT_SECRET]);
      }
    });
  }

  test('but not from one that is empty, binary or in another encoding', () => {
    for (const [bytes, problem] of [
      [Buffer.from(''), 'names an empty file'],
      [Buffer.from('\n'), 'names an empty file'],
      [Buffer.from('\ufeff'), 'names an empty file'],
      [Buffer.from([0x80, 0xff, 0x01]), 'names a file that is not text in UTF-8'],
      [Buffer.from(JWT_SECRET, 'utf16le'), 'names a file that is not text in UTF-8'],
      [Buffer.from(`${JWT_SECRET}ü`, 'latin1'), 'names a file that is not text in UTF-8'],
    ] as const) {
      for (const name of ['JWT_SECRET', 'REDIS_PASSWORD', 'OTP_SECRET_KEY']) {
        assert.deepEqual(loadConfig({ [`${name}_FILE`]: write(bytes) }).problems, [
          `${name}_FILE: ${problem}`,
        ]);
      }
    }
    assert.deepEqual(loadConfig({ JWT_SECRET_FILE: folder }).problems, [
      'JWT_SECRET_FILE: names a file that cannot be read',
    ]);
  });

  test('and one that everyone can read is warned of, unless it is on a read-only mount', () => {
    for (const [mode, isWarned] of [
      [0o600, false],
      [0o640, false],
      [0o644, true],
      [0o444, true],
      [0o604, true],
    ] as const) {
      const { problems, warnings } = loadConfig({ JWT_SECRET_FILE: write(JWT_SECRET, mode) });
      assert.deepEqual(problems, []);
      assert.deepEqual(
        warnings,
        isWarned
          ? ['JWT_SECRET_FILE: names a file that everyone on this machine can read; `chmod o-rwx` it']
          : [],
      );
    }
    const path = write(`JWT_SECRET=${JWT_SECRET}\nOTP_SECRET_KEY=${OTP_SECRET_KEY}\n`, 0o644);
    const warningsIn = (mode: string) => loadConfig({ NODE_ENV: mode }, readEnvFile(path)).warnings.join();
    assert.match(warningsIn('production'), /holds secrets, and everyone on this machine can read it/);
    assert.doesNotMatch(warningsIn('development'), /holds secrets/);
  });

  test('the mounts of Kubernetes and Docker are read-only', () => {
    const table = [
      '1 0 0:50 / / rw,relatime - overlay overlay rw,lowerdir=/a',
      '2 1 0:60 / /etc/secrets ro,relatime - tmpfs tmpfs rw,size=1g',
      '3 1 8:1 /x /run/secrets/jwt\\040key ro,relatime - ext4 /dev/sda1 rw',
      '4 1 8:1 /y /srv rw,relatime - ext4 /dev/sda1 rw',
      '5 1 8:1 /z /srv ro - ext4 /dev/sda1 rw',
    ].join('\n');
    const isReadOnly = (path: string) => findMountOptions(table, path).includes('ro');
    assert.ok(isReadOnly('/etc/secrets/..2026_11_26/jwt'));
    assert.ok(isReadOnly('/run/secrets/jwt key'));
    assert.ok(isReadOnly('/srv/secret'));
    assert.ok(!isReadOnly('/etc/secrets2/jwt'));
    assert.ok(!isReadOnly('/home/me/secret'));
    assert.ok(!isReadOnly('/run/secrets/jwt keys'));
  });
});

test('a value in quotes is the value between them, and that is said', () => {
  const cases: [SettingName, string, unknown][] = [
    ['OTP_DIGITS', '8', 8],
    ['NODE_ENV', 'test', 'test'],
    ['GATE_ALLOW', '@example.com,+49', ['@example.com', '+49']],
    ['BRAND_NAME', 'Example', 'Example'],
    ['JWT_SECRET', JWT_SECRET, JWT_SECRET],
    ['SMTP_PASSWORD', 'pass word', 'pass word'],
    ['OTP_MAGIC_LINK', 'false', false],
  ];
  for (const [name, value, meaning] of cases) {
    for (const quote of ['"', "'"]) {
      const { config, problems, warnings } = loadConfig({ [name]: `${quote}${value}${quote}` });
      assert.deepEqual([problems, config?.[name]], [[], meaning], name);
      assert.ok(warnings.some((line) => line.startsWith(`${name}: came with its quotes, which are removed`)));
      const secret = settings[name].isSecret;
      if (secret) assert.ok(!warnings.join().includes(value));
    }
  }
  assert.deepEqual(loadConfig({ OTP_DIGITS: '""', JWT_SECRET: "''" }).problems, []);
  // Those within belong to it.
  const { config } = loadConfig({ SMTP_PASSWORD: '"a"b"', BRAND_NAME: '"Example" & Sons' });
  assert.deepEqual([config?.SMTP_PASSWORD, config?.BRAND_NAME], ['"a"b"', '"Example" & Sons']);
});

test('a value means the same from a settings file, the environment, and both with quotes', () => {
  const value = fc.stringMatching(/^[A-Za-z0-9@.:,+-]([A-Za-z0-9@.:,+ -]{0,20}[A-Za-z0-9@.:,+-])?$/);
  fc.assert(
    fc.property(
      fc.constantFrom<SettingName>('BRAND_NAME', 'JWT_ISSUER', 'SMTP_PASSWORD', 'VONAGE_API_KEY'),
      value,
      (name, text) => {
        fc.pre(!/^(?:null|None|NaN|undefined)$/.test(text));
        const read = (environment: Record<string, string>, file = '') =>
          loadConfig(environment, readEnvFile(write(file))).given[name];
        for (const written of [text, `"${text}"`, `'${text}'`]) {
          assert.equal(read({ [name]: written }), text);
          assert.equal(read({ [name]: `${written}\n` }), text);
          assert.equal(read({ [name]: `${written}\r` }), text);
          assert.equal(read({}, `${name}=${written}\n`), text);
          assert.equal(read({}, `${name} = ${written}  # comment\r\n`), text);
          if (settings[name].isSecret) assert.equal(read({ [`${name}_FILE`]: write(`${written}\n`) }), text);
        }
      },
    ),
    { seed: 14, numRuns: 40 },
  );
});

describe('variables that Kubernetes and Docker add are not settings', () => {
  const kubernetes = (service: string) => ({
    [`${service}_SERVICE_HOST`]: '10.0.0.1',
    [`${service}_SERVICE_PORT`]: '25',
    [`${service}_SERVICE_PORT_HTTP`]: '25',
    [`${service}_PORT`]: 'tcp://10.0.0.1:25',
    [`${service}_PORT_25_TCP`]: 'tcp://10.0.0.1:25',
    [`${service}_PORT_25_TCP_PROTO`]: 'tcp',
    [`${service}_PORT_25_TCP_PORT`]: '25',
    [`${service}_PORT_25_TCP_ADDR`]: '10.0.0.1',
  });
  const smtp = { DELIVERY_BACKEND: 'smtp', SMTP_HOST: 'localhost', SMTP_FROM: 'a@b.example' };

  test('a service called smtp changes no port, and is said', () => {
    const { config, problems, warnings } = loadConfig({ ...smtp, ...kubernetes('SMTP') });
    assert.deepEqual([problems, config?.SMTP_PORT], [[], undefined]);
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? '',
      /^SMTP_PORT: given "tcp:\/\/10.0.0.1:25", which Kubernetes or Docker adds/,
    );
  });
  test('nor does a linked container', () => {
    const link = { SMTP_PORT: 'tcp://172.17.0.2:25', SMTP_NAME: '/otp/smtp', SMTP_ENV_DEBIAN_VERSION: '12' };
    const { config, problems } = loadConfig({ ...smtp, ...link });
    assert.deepEqual([problems, config?.SMTP_PORT, config?.SMTP_NAME], [[], undefined, undefined]);
  });
  test('and services called otp, redis, jwt or webhook are not mentioned', () => {
    for (const service of ['OTP', 'REDIS', 'JWT', 'WEBHOOK', 'GATE']) {
      const { problems, warnings } = loadConfig(kubernetes(service));
      assert.deepEqual([problems, warnings], [[], []], service);
    }
  });
  test('a settings file says what goes without saying', () => {
    const file = readEnvFile(write('SMTP_PORT=2525\n'));
    assert.equal(loadConfig({ ...smtp, ...kubernetes('SMTP') }, file).config?.SMTP_PORT, 2525);
    const wrong = readEnvFile(write('SMTP_PORT=tcp://10.0.0.1:25\n'));
    assert.match(
      loadConfig(smtp, wrong).problems.join(),
      /^SMTP_PORT: given "tcp:\/\/10.0.0.1:25", allowed: a whole/,
    );
  });
  test('an own setting of the same names is in force', () => {
    const own = { ...kubernetes('SMTP'), SMTP_PORT: '2525', SMTP_NAME: 'otp.example' };
    const { config, warnings } = loadConfig({ ...smtp, ...own });
    assert.deepEqual([config?.SMTP_PORT, config?.SMTP_NAME, warnings], [2525, 'otp.example', []]);
  });
  test('so a service with a neighbour called smtp starts', async () => {
    const args = [`${root}dist/cli/main.js`, '--config', '/dev/null'];
    const service = startProcess(process.execPath, args, {
      PORT: '0',
      ...smtp,
      ...kubernetes('SMTP'),
      ...kubernetes('OTP'),
    });
    const [, url] = await service.waitFor(/API +(http:\S+)\/api/);
    // Once it answers, it has also written its log.
    assert.equal((await fetch(`${url}/livez`)).status, 200);
    await service.stop();
    assert.match(service.output.stderr, /SMTP_PORT: given/);
    assert.doesNotMatch(service.output.stderr, /OTP_(SERVICE|PORT)/);
  });
});

describe('a name that only looks like a setting', () => {
  const inFile = (text: string) => loadConfig({}, readEnvFile(write(text)));
  test('is an error in a settings file and a warning in the environment', () => {
    for (const [name, hint] of [
      ['OTP_DIGIT', 'OTP_DIGITS'],
      ['SMTP_USER', 'SMTP_'],
      ['otp_digits', 'OTP_DIGITS'],
      ['PUBLIC_URI', 'PUBLIC_URL'],
      ['CORS_ORIGIN', 'CORS_ORIGINS'],
      ['TRUSTED_PROXY', 'TRUSTED_PROXIES'],
      ['LOG_LEVELS', 'LOG_LEVEL'],
    ] as const) {
      const line = new RegExp(
        `^${name}: not a setting of this version; it changes nothing; did you mean \`${hint}`,
      );
      assert.match(inFile(`${name}=8\n`).problems.join('\n'), line);
      const { problems, warnings } = loadConfig({ [name]: '8' });
      assert.deepEqual(problems, []);
      assert.match(warnings.join('\n'), line);
    }
  });
  test('is neither when it is for other programs', () => {
    const others = {
      PATH: '/bin',
      HOME: '/',
      HOSTNAME: 'a',
      LANG: 'C',
      NODE_VERSION: '24',
      PUBLISH_ADDRESS: '::',
      TZ: 'UTC',
      POSTGRES_URL: 'x',
      APP_PORT: '1',
    };
    assert.deepEqual(loadConfig(others).warnings, []);
    const text = Object.entries(others)
      .map((pair) => pair.join('='))
      .join('\n');
    assert.deepEqual([inFile(text).problems, inFile(text).warnings], [[], []]);
  });
  test('is an error everywhere when nobody else can have meant it', () => {
    for (const [name, line] of [
      ['API_KEYS_FILE', 'API_KEYS_FILE: only secrets are read from files; set API_KEYS itself'],
      [
        'SMTP_USERNAME_FILE',
        'SMTP_USERNAME_FILE: only secrets are read from files; set SMTP_USERNAME itself',
      ],
      [
        '\ufeffNODE_ENV',
        'NODE_ENV: has no effect, because its name is written with a space or an invisible character',
      ],
      [
        'GATE_ALLOW ',
        'GATE_ALLOW: has no effect, because its name is written with a space or an invisible character',
      ],
    ] as const) {
      assert.deepEqual(loadConfig({ [name]: 'x' }).problems, [line]);
    }
  });
  test('and what Node reads itself has no effect in a settings file', () => {
    assert.match(
      inFile('NODE_EXTRA_CA_CERTS=/ca.pem').problems.join(),
      /^NODE_EXTRA_CA_CERTS: has no effect in a settings/,
    );
  });
});

test("Kubernetes' and Docker's mounts of secrets are read", () => {
  // A projected volume: the names lead to a folder that is replaced as a whole.
  const volume = join(folder, 'volume');
  mkdirSync(join(volume, '..2026_11_26_10_00_00.1'), { recursive: true });
  symlinkSync('..2026_11_26_10_00_00.1', join(volume, '..data'));
  for (const [name, value] of Object.entries(productionSecrets)) {
    writeFileSync(join(volume, '..data', name), name === 'JWT_SECRET' ? `${value}\n` : value, {
      mode: 0o444,
    });
    symlinkSync(join('..data', name), join(volume, name));
  }
  const { config, problems } = loadConfig({
    OTP_SECRET_KEY_FILE: join(volume, 'OTP_SECRET_KEY'),
    JWT_SECRET_FILE: join(volume, 'JWT_SECRET'),
  });
  assert.deepEqual([problems, config?.OTP_SECRET_KEY, config?.JWT_SECRET], [[], OTP_SECRET_KEY, JWT_SECRET]);
});
