import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseEnvFile } from '../../src/cli/env-file.js';

const isOurs = (name: string) => /^(OTP|SMTP|BRAND)_/.test(name);
const parse = (text: string) => parseEnvFile(text, isOurs, '.env');

// Node's own parser loses the variable after a line of spaces, and reads comments at the end of a file as names.
test('every well-formed line is read, whatever is around it', () => {
  const plain = fc.stringMatching(
    /^[A-Za-z0-9@:/.,+-]([A-Za-z0-9 @:/.,+=<>$%&*!?;{}"'-]{0,20}[A-Za-z0-9=])?$/,
  );
  const value = fc.oneof(
    plain.map((text) => ({ written: text, meaning: text })),
    fc
      .tuple(fc.constantFrom("'", '`'), fc.stringMatching(/^[A-Za-z0-9 @#=\n.,$\\"-]{0,30}$/))
      .map(([quote, text]) => ({ written: `${quote}${text}${quote}`, meaning: text })),
    fc
      .stringMatching(/^[A-Za-z0-9 @#=\n.,$'-]{0,30}$/)
      .map((text) => ({ written: `"${text.replaceAll('\n', '\\n')}"`, meaning: text })),
  );
  const between = fc.constantFrom(
    '',
    '\n',
    '# a comment\n',
    '   \n',
    '\t\n',
    '  # OTP_DIGITS=8\n',
    '#OTP_DIGITS=\n',
  );
  const settings = fc.array(
    fc.record({
      before: between,
      start: fc.constantFrom('', 'export ', '  ', '\t'),
      equals: fc.constantFrom('=', ' = ', '= ', '\t='),
      value,
      comment: fc.constantFrom('', '  ', ' # a comment', '\t# x', '   #'),
    }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(settings, between, fc.constantFrom('\n', '\r\n', '\r'), (lines, last, end) => {
      const text = lines
        .map(({ before, start, equals, value, comment }, index) =>
          [before, start, `OTP_${index}`, equals, value.written, comment, '\n'].join(''),
        )
        .join('');
      const expected = lines.map(({ value }, index) => [`OTP_${index}`, value.meaning]);
      for (const ended of [text + last, (text + last).replace(/\n$/, '')]) {
        const { values, problems } = parse(ended.replaceAll('\n', end));
        assert.deepEqual([problems, Object.entries(values)], [[], expected], JSON.stringify(ended));
      }
    }),
    { seed: 14, numRuns: 500 },
  );
});

test('values come back whatever is in them, in quotes of a kind that they do not have', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (value) => {
      const quote = ["'", '`'].find((quote) => !value.includes(quote));
      fc.pre(quote !== undefined && !value.includes('\r'));
      const { values, problems } = parse(`OTP_A=1\nOTP_VALUE=${quote}${value}${quote}\nOTP_Z=2\n`);
      assert.deepEqual([problems, values['OTP_VALUE'], values['OTP_Z']], [[], value, '2']);
    }),
    { seed: 14, numRuns: 300 },
  );
});

describe('what Node drops in silence is said, by name and line, without the value', () => {
  const cases: [why: string, text: string, problem: string | RegExp][] = [
    [
      'a # in a password',
      'SMTP_PASSWORD=hunter2#x',
      /^SMTP_PASSWORD: has a #; put the value in quotes .*\.env, line 1/,
    ],
    ['a colour', '\nBRAND_COLOR=#2f5bd7', /^BRAND_COLOR: has a #; .*line 2/],
    ['a # glued to a value with a comment', 'OTP_DIGITS=8#x # comment', /^OTP_DIGITS: has a #/],
    [
      'text after a quote',
      `SMTP_FROM="Example" <hunter2@a.example>`,
      /^SMTP_FROM: has text after its closing quote/,
    ],
    ['a quote within quotes', `BRAND_NAME='it's'`, /^BRAND_NAME: has text after its closing quote/],
    [
      'a quote that stays open',
      'BRAND_NAME="hunter2\nOTP_DIGITS=8',
      /^BRAND_NAME: begins with a quote that is not closed .*line 1/,
    ],
    ['a line of YAML', 'OTP_DIGITS: 8', '.env: line 1 is not NAME=value'],
    ['the second line of a secret', 'OTP_SECRET_KEY=aGVsbG8\nhunter2+/=', '.env: line 2 is not NAME=value'],
    ['a name alone', 'OTP_DIGITS', '.env: line 1 is not NAME=value'],
    ['a name with a blank in it', 'OTP DIGITS=8', '.env: line 1 is not NAME=value'],
    ['two values', 'OTP_DIGITS=8\n\nOTP_DIGITS=6', 'OTP_DIGITS: given twice (.env, lines 1 and 3)'],
  ];
  for (const [why, text, problem] of cases) {
    test(why, () => {
      const { problems } = parse(text);
      assert.equal(problems.length, 1, problems.join('\n'));
      if (typeof problem === 'string') assert.equal(problems[0], problem);
      else assert.match(problems[0] ?? '', problem);
      assert.doesNotMatch(problems[0] ?? '', /hunter2/);
    });
  }
});

test('a # in quotes or after a space, equal values, and what is for other programs are no problem', () => {
  const text = [
    `SMTP_PASSWORD='hunter2#x'`,
    'BRAND_COLOR="#2f5bd7" # the colour',
    'OTP_DIGITS=8 # digits',
    'OTP_DIGITS=8',
    'OTP_LOCALE= # none',
    'OTHER=a#b',
    'OTHER=c',
    'PASSED_ON',
  ].join('\n');
  const { values, problems } = parse(text);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    [values['SMTP_PASSWORD'], values['BRAND_COLOR'], values['OTP_DIGITS'], values['OTP_LOCALE']],
    ['hunter2#x', '#2f5bd7', '8', ''],
  );
});
