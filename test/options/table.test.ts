import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { loadConfig } from '../../src/cli/config.js';
import { createOtp, generateSecretKey, type OtpOptions } from '../../src/index.js';
import { optionRows } from '../../src/options/otp-options.js';
import { type SettingName, settingNames, settings, writeDefault } from '../../src/options/settings.js';
import { createInbox, jwtSecret, secretKey } from '../helpers/otp.js';
import { root } from '../helpers/process.js';

const base = () => ({ secretKey, jwtSecret, transports: [createInbox().transport] });
const create = (options: object) => createOtp({ ...base(), ...options } as OtpOptions);
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const rangePattern = /^(0, or )?a whole number (?:of \w+ )?from (\d+) to (\d+)$/;

/** The settings that are whole numbers, with their ranges. */
const numbers = settingNames.flatMap((name) => {
  const [, orZero, min, max] = rangePattern.exec(settings[name].allowed) ?? [];
  return min === undefined
    ? []
    : [{ name, orZero: orZero !== undefined, min: Number(min), max: Number(max) }];
});

/** Everything that is a problem, a setting of its own or a warning that it changes nothing. */
const problemsOf = (given: Partial<Record<SettingName, string>>) => loadConfig(given).problems;

describe('each row of the table', () => {
  test('accepts its default, written or as a value', () => {
    for (const name of settingNames) {
      const written = writeDefault(settings[name]);
      if (written === undefined) continue;
      assert.deepEqual(problemsOf({ [name]: written }), [], name);
      assert.deepEqual(loadConfig({ [name]: written }).warnings, [], name);
      // Other options decide what it is in the end.
      if (name === 'DELIVERY_MODE') continue;
      assert.deepEqual(settings[name].parse(written), settings[name].default, name);
    }
    const defaults = Object.entries(optionRows).map(([name, row]) => [name, row.default]);
    create({ ...Object.fromEntries(defaults), ...base() });
  });

  test('is documented with its setting, on the page of the settings and in .env.example', () => {
    const [page, example] = [read('docs/configuration.md'), read('.env.example')];
    for (const name of settingNames) {
      assert.match(page, new RegExp(`^\\| \`${name}\` \\|.*\\| [^|]{3,} \\| [^|]{5,} \\|$`, 'm'), name);
      assert.match(example, new RegExp(`^#${name}=`, 'm'));
    }
  });

  test('is documented for the library, with its range and its default', () => {
    const page = read('docs/library.md');
    const settingOf = new Map<string, SettingName>(settingNames.map((name) => [settings[name].key, name]));
    for (const [name, row] of Object.entries(optionRows)) {
      const [, setting = '', meaning] =
        new RegExp(`^\\| \`${name}\` \\| ([^|]*) \\| (.+) \\|$`, 'm').exec(page) ?? [];
      assert.equal(setting.replaceAll('`', ''), settingOf.get(name) ?? '', name);
      const shown = (meaning ?? assert.fail(name)).replace(/(?<=\d) (?=\d)/g, '');
      const [, , min = '', max = ''] = rangePattern.exec(row.allowed) ?? [];
      assert.match(shown, new RegExp(`${min}.*${max}`), name);
      if (typeof row.default === 'number') assert.match(shown, new RegExp(`Default ${row.default}\\.`), name);
      if (typeof row.default === 'boolean')
        assert.match(shown, new RegExp(`Default ${row.default}\\.`), name);
      if (typeof row.default === 'string')
        assert.match(shown, new RegExp(`Default \`${row.default}\`\\.`), name);
    }
  });

  test('keeps its comment in the types that are published', () => {
    const types = readdirSync(join(root, 'dist/options')).filter((name) => name.endsWith('.d.ts'));
    const published = types.map((name) => read(`dist/options/${name}`)).join('\n');
    for (const name of Object.keys(optionRows)) {
      assert.match(published, new RegExp(`\\*/\\s+${name}: `), name);
    }
  });
});

// A number goes through digits, which the length of long codes depends on.
const companions: Record<string, string> = { OTP_DIGITS: 'OTP_LONG_DIGITS', OTP_LONG_DIGITS: 'OTP_DIGITS' };

test('a whole number is taken in its range and refused outside, by the name that it was given under', () => {
  assert.ok(numbers.length >= 20);
  fc.assert(
    fc.property(fc.constantFrom(...numbers), fc.integer({ min: -10, max: 40_000_000 }), (row, any) => {
      const { name, orZero, min, max } = row;
      for (const value of [any, min - 1, min, max, max + 1, 0]) {
        const isAllowed = (value >= min && value <= max) || (orZero && value === 0);
        const companion = companions[name];
        const given = {
          [name]: String(value),
          ...(companion && isAllowed ? { [companion]: String(value) } : {}),
        };
        const problems = problemsOf(given);
        if (isAllowed) assert.deepEqual(problems, [], `${name}=${value}`);
        else assert.ok(problems[0]?.startsWith(`${name}: given "${value}", allowed: `), problems[0]);
        const { key } = settings[name];
        if (!(key in optionRows)) continue;
        const option = {
          [key]: value,
          ...(companion ? { [settings[companion as SettingName].key]: value } : {}),
        };
        if (isAllowed) create(option);
        else {
          const message = new RegExp(`^${key} must be a whole number from ${min} to ${max}, got ${value}$`);
          assert.throws(
            () => create({ [key]: value }),
            (error: Error) => message.test(error.message),
          );
        }
      }
    }),
    { seed: 13, numRuns: 60 },
  );
});

test('a value of another type is refused by the name of the option, and undefined counts as not given', () => {
  for (const name of Object.keys(optionRows)) {
    for (const value of [Symbol('x'), () => {}, new Date(), Number.NaN, [{}]]) {
      if (typeof value === 'function' && ['claims', 'shouldSend', 'clock'].includes(name)) continue;
      // Anything that has the methods of a part is one.
      if (name === 'routes' && value instanceof Date) continue;
      assert.throws(
        () => create({ [name]: value }),
        (error: Error) => error.message.startsWith(name) && /TypeError|RangeError/.test(error.name),
        name,
      );
    }
    if (!['secretKey', 'transports', 'jwtSecret'].includes(name)) create({ [name]: undefined });
  }
});

/** One wrong letter, one too many, one too few, or two that changed places. */
function misspell(name: string, at: number, kind: number): string {
  const index = 1 + (at % (name.length - 2));
  const [before, after] = [name.slice(0, index), name.slice(index)];
  return [
    `${before}q${after.slice(1)}`,
    `${before}q${after}`,
    `${before}${after.slice(1)}`,
    before + (after[1] ?? '') + (after[0] ?? '') + after.slice(2),
  ][kind] as string;
}

test('an option that does not exist is refused by name, with the nearest that does', () => {
  const names = Object.keys(optionRows).filter((name) => name.length >= 6);
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.nat(), fc.nat({ max: 3 }), (name, at, kind) => {
      const wrong = misspell(name, at, kind);
      if (wrong in optionRows) return;
      assert.throws(() => create({ [wrong]: 1 }), {
        name: 'TypeError',
        message: `unknown option \`${wrong}\`; did you mean \`${name}\`?`,
      });
      create({ [wrong]: undefined });
    }),
    { seed: 13, numRuns: 200 },
  );
  assert.throws(() => create({ zzz: 1 }), { message: 'unknown option `zzz`' });
  assert.throws(() => createOtp(undefined as never), /options must be an object, got undefined/);
});

test('a setting that does not exist is warned of by name, with the nearest that does', () => {
  const [warning] = loadConfig({ OTP_DIGTS: '8' }).warnings;
  assert.equal(
    warning,
    'OTP_DIGTS: not a setting of this version; it changes nothing; did you mean `OTP_DIGITS`?',
  );
});

describe('every factory refuses an option that does not exist, and takes each that it documents', () => {
  const entries = Object.keys(JSON.parse(read('package.json')).exports);
  const sources = entries.filter((name) => /^\.\/(engine|stores\/|transports\/)/.test(name));
  /** What a factory checks before it looks at the names. */
  const needed: Record<string, object> = {
    './engine': { secret: generateSecretKey() },
    './transports/ses': { region: 'eu-central-1' },
  };
  // An inbox has no options.
  for (const source of sources.filter((name) => name !== './transports/inbox')) {
    test(source, async () => {
      const [factory]: ((options: object) => unknown)[] = Object.values(
        await import(`../../src/${source}.js`),
      );
      const create = async (options: object) => factory?.({ ...needed[source], ...options });
      await assert.rejects(create({ unheardOf: 1 }), /^TypeError: unknown option `unheardOf`/);
      const [, body = ''] = /interface \w+Options[^{]*{\n(.*?)\n}/s.exec(read(`src/${source}.ts`)) ?? [];
      const names = [...body.matchAll(/^ {2}(\w+)\??: /gm)].map(([, name = '']) => name);
      assert.ok(names.length > 0);
      for (const name of names) {
        try {
          await create({ [name]: {} });
        } catch (error) {
          assert.doesNotMatch((error as Error).message, /unknown option/);
        }
      }
    });
  }
});
