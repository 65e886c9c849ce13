import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseGateFile } from '../../src/core/gate-file.js';
import { parseCanonical } from '../../src/core/identity.js';

const parse = (file: object) => parseGateFile(JSON.stringify(file));
const at = (rules: ReturnType<typeof parse>, host: string, path = '/') =>
  rules.at(() => ({ host, path })) ?? assert.fail('there is a place');

const alice = 'alice@example.com';
const people = [
  alice,
  'bob@example.com',
  'eve@evil.example',
  '+49@evil.example',
  '+4915112345678',
  '+33612345678',
  'user:42',
];
const listAdmitted = (allow: string[]) => people.filter(at(parse({ hosts: { a: { allow } } }), 'a').admits);

describe('a gate file', () => {
  // Attack: be let in by an identity that only looks like one that is.
  test('lets in whom a rule names, by the kind of the identity', () => {
    assert.deepEqual(listAdmitted([]), []);
    assert.deepEqual(listAdmitted(['+49']), ['+4915112345678']);
    assert.deepEqual(listAdmitted(['@evil.example']), ['eve@evil.example', '+49@evil.example']);
    assert.deepEqual(listAdmitted(['ALICE@Example.COM', 'user:42']), [alice, 'user:42']);
    assert.deepEqual(listAdmitted(['+49 151 12345678']), ['+4915112345678']);
    assert.deepEqual(listAdmitted(['*']), people);
    const idn = parse({ hosts: { a: { allow: ['@B\u00fccher.example', '\uff42ob@example.com'] } } });
    assert.ok(at(idn, 'a').admits('x@xn--bcher-kva.example'));
    assert.ok(at(idn, 'a').admits('bob@example.com'));
  });

  test('lets in by the most specific host, without what the others say', () => {
    const rules = parse({
      hosts: {
        'app.lab.example.com': { allow: ['bob@example.com'] },
        '*.lab.example.com': { allow: [alice] },
        '*.Example.com': { allow: ['+49'] },
      },
    });
    const admittedAt = (host: string) => people.filter(at(rules, host).admits);
    assert.deepEqual(admittedAt('app.lab.example.com'), ['bob@example.com']);
    assert.deepEqual(admittedAt('x.lab.example.com'), [alice]);
    assert.deepEqual(admittedAt('x.y.lab.example.com'), [alice]);
    assert.deepEqual(admittedAt('lab.example.com'), ['+4915112345678']);
    for (const host of [
      'example.com',
      'evil.example',
      'xlab.example.org',
      'app.lab.example.com.evil.example',
    ]) {
      assert.deepEqual(admittedAt(host), [], host);
    }
    assert.deepEqual(people.filter(rules.admits), [alice, 'bob@example.com', '+4915112345678']);
  });

  test('needs to know where a request goes', () => {
    assert.equal(
      parse({ hosts: { a: { allow: ['*'], public: ['/'] } } }).at(() => null),
      null,
    );
  });

  test('admits somewhere exactly those whom some host admits', () => {
    const rule = fc.constantFrom(
      '*',
      '@example.com',
      '+49',
      '+4',
      alice,
      'user:42',
      '@evil.example',
      '+33612345678',
    );
    const hosts = fc.dictionary(fc.constantFrom('a', 'b', '*.c'), fc.array(rule, { maxLength: 3 }));
    fc.assert(
      fc.property(hosts, fc.constantFrom(...people), (allows, person) => {
        const rules = parse({
          hosts: Object.fromEntries(Object.entries(allows).map(([host, allow]) => [host, { allow }])),
        });
        const isAdmitted = ['a', 'b', 'x.c'].some((host) => at(rules, host).admits(person));
        assert.equal(rules.admits(person), isAdmitted);
      }),
      { seed: 15, numRuns: 500 },
    );
  });

  test('makes paths of one host public, and of no other', () => {
    const rules = parse({ hosts: { a: { public: ['/healthz'] }, b: { allow: ['*'] } } });
    assert.equal(at(rules, 'a', '/healthz/x').isPublic, true);
    assert.equal(at(rules, 'a', '/').isPublic, false);
    assert.equal(at(rules, 'b', '/healthz').isPublic, false);
    assert.equal(at(rules, 'c', '/healthz').isPublic, false);
    // Nobody has to be sent a code for it.
    assert.equal(parse({ hosts: { a: { public: ['/'] } } }).admits(alice), false);
  });

  test('tells groups and names of people, however they are written', () => {
    const rules = parse({
      hosts: { a: { allow: ['*'] } },
      groups: { admins: ['Alice@Example.com', alice], 'lab staff': [alice, '+49 151 12345678'], empty: [] },
      names: { 'ALICE@example.com': 'Alice, the "first"', 'user:42': 'x' },
    });
    const tell = (identity: string) => Object.values(at(rules, 'a').describe?.(identity) ?? {});
    assert.deepEqual(tell(alice), ['admins,lab staff', 'Alice, the "first"']);
    assert.deepEqual(tell('+4915112345678'), ['lab staff', '']);
    assert.deepEqual(tell('user:42'), ['', 'x']);
    assert.deepEqual(tell('constructor'), ['', '']);
    assert.deepEqual(tell(''), ['', '']);
  });

  // Attack: a mistake in the file that opens a host, or that nobody finds.
  test('that says anything else is refused, with the place and the line', () => {
    const hostsWith = (rules: string) => `{"hosts": {\n"a.example": ${rules}}}`;
    for (const [text, message] of [
      ['{}', 'line 1: hosts is missing'],
      ['[]', 'line 1: the file must be an object'],
      [
        '{"hosts": {},\n"host": {}}',
        'line 2: the file may have only hosts, groups, names; did you mean `hosts`?',
      ],
      ['{"hosts": []}', 'line 1: hosts must be an object'],
      ['{"hosts": {},\n"groups": null}', 'line 2: groups must be an object'],
      [hostsWith('[]'), 'line 2: hosts["a.example"] must be an object'],
      [
        hostsWith('{"alow": []}'),
        'line 2: hosts["a.example"] may have only allow, public; did you mean `allow`?',
      ],
      [hostsWith('{"allow": "@example.com"}'), 'line 2: hosts["a.example"].allow must be a list'],
      [hostsWith('{"allow": ["*",\n49]}'), 'line 3: hosts["a.example"].allow[1] must be a text in quotes'],
      [hostsWith('{"public": ["/*"]}'), /^line 2: hosts\["a\.example"\]\.public\[0\] must be a path such as/],
    ] as const) {
      assert.throws(() => parseGateFile(text), { name: 'RangeError', message }, text);
    }
    for (const rule of [
      '',
      '@',
      'example.com',
      '@example',
      '+',
      '+0',
      '*@example.com',
      '@*.example.com',
      '**',
      ' * x',
      'admins',
      '+49*',
      'group:*',
    ]) {
      assert.throws(
        () => parse({ hosts: { a: { allow: [rule] } } }),
        /line 1: hosts\["a"\]\.allow\[0\] must be/,
        rule,
      );
    }
    for (const host of ['', '*', 'a:80', 'https://a', 'a/b', alice, 'a b']) {
      assert.throws(
        () => parse({ hosts: { [host]: {} } }),
        /line 1: hosts, entry 1 must be named by a host/,
        host,
      );
    }
    assert.throws(
      () => parseGateFile('{"hosts": {"a.example": {},\n"A.example.": {}}}'),
      /line 2: hosts\["a\.example"\] is there twice/,
    );
    assert.throws(
      () => parse({ hosts: {}, names: { [alice]: 'x', 'ALICE@example.com': 'y' } }),
      /names, entry 2 is about someone/,
    );
  });

  // Attack: a group or a name that ends the header, or is two groups.
  test('whose groups and names do not fit into a header is refused', () => {
    for (const name of [
      '',
      ' a',
      'a ',
      'a\r\nX: y',
      'a\0',
      'a\t',
      '\u00fcber',
      '\u{1f600}',
      'a,b',
      'x'.repeat(65),
    ]) {
      assert.throws(
        () => parse({ hosts: {}, groups: { [name]: [alice] } }),
        /line 1: groups\S.* must be named by/,
        name,
      );
    }
    for (const name of ['', ' ', 'a ', 'a\nb', 'a\u007f', 'J\u00fcrgen', 'x'.repeat(129), 5, null, ['a']]) {
      assert.throws(
        () => parse({ hosts: {}, names: { [alice]: name } }),
        /line 1: names, entry 1 must be 1 to 128/,
        String(name),
      );
    }
    const groups = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [String(i).padStart(64, 'g'), [alice]]),
    );
    assert.throws(() => parse({ hosts: {}, groups }), /is in too many groups/);
  });

  test('names nobody in what it complains of', () => {
    const secret = 'somebody@private.example';
    for (const file of [
      { hosts: { a: { allow: [`${secret}*`] } } },
      { hosts: { [secret]: {} } },
      { hosts: {}, groups: { [secret]: ['admins'] } },
      { hosts: {}, groups: { admins: [`${secret}@`] } },
      { hosts: {}, names: { [secret]: '\u00fc' } },
      { hosts: {}, names: { [`${secret}@`]: 'x' } },
      { hosts: {}, [secret]: {} },
      { hosts: { a: { [secret]: [] } } },
      { hosts: { a: { public: [secret] } } },
    ]) {
      assert.throws(
        () => parse(file),
        ({ message }: Error) => !/somebody|private/.test(message),
      );
    }
  });

  test('lets in only who is canonical', () => {
    const rules = parse({ hosts: { a: { allow: ['@example.com', '+1', 'user:42'] } } });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.emailAddress(),
          fc.constantFrom('x@example.com@evil.example', '+1@example.org', 'user:42\n'),
        ),
        (text) => {
          if (at(rules, 'a').admits(text)) assert.ok(parseCanonical(text));
        },
      ),
      { seed: 15 },
    );
  });
});
