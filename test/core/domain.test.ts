import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toASCII } from 'tr46';
import { canonicaliseDomain } from '../../src/core/domain.js';
import { hostileCharacters } from '../helpers/hostile-characters.js';

/** UTS 46 with every check, without the short way for plain names. */
const convert = (domain: string) =>
  toASCII(domain, {
    checkBidi: true,
    checkHyphens: true,
    checkJoiners: true,
    useSTD3ASCIIRules: true,
    verifyDNSLength: true,
  });

/** RFC 1123 §2.1: two labels or more, and the last is no number. */
function isHostName(domain: string | null): domain is string {
  const labels = domain?.split('.') ?? [];
  const isLabel = (label: string) => /^[a-z0-9-]{1,63}$/.test(label) && !/^-|-$/.test(label);
  return labels.length >= 2 && labels.every(isLabel) && !/^([0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '');
}

test('a domain is what UTS 46 makes of it with every check, on the short way too', () => {
  const part = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9-]{0,8}$/),
    fc.constantFrom(
      ...hostileCharacters,
      'xn--',
      'XN--Bcher-kva',
      '0x7f',
      '1',
      'a--b',
      '-',
      'r3---sn',
      'aB--',
      '.',
    ),
    fc.constantFrom(
      'b\u00fccher',
      '\u0646\u0627\u0645\u0647\u200c\u0627\u06cc',
      '\u05d0',
      'com',
      'COM',
      'a'.repeat(63),
    ),
  );
  let accepted = 0;
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 5 }),
      fc.constantFrom('.', ''),
      (parts, separator) => {
        const domain = `${parts.join(separator)}.com`;
        const converted = convert(domain);
        const result = canonicaliseDomain(domain);
        assert.equal(result, isHostName(converted) && domain.length <= 254 ? converted : null, domain);
        if (result !== null) accepted += 1;
      },
    ),
    { numRuns: 10_000, seed: 46 },
  );
  assert.ok(accepted > 1000, `only ${accepted} were accepted`);
});

// Attack: a name that one version of a runtime takes for a domain and another does not.
test('an invalid label is refused on every runtime', () => {
  for (const domain of [
    ...['xn--a.com', 'xn--.com', 'xn--example-.com', 'xn--zzzzzz99999.com', 'xn--ls8h=.com', 'ab--c.example'],
    ...['exam_ple.com', 'example.com.', '.example.com', 'example..com', '1.0x7f', '1.2.3.4', 'ex%61mple.com'],
    ...[
      'evil.com/path',
      'evil.com:25',
      'exa\tmple.com',
      'exa\u00a0mple.com',
      '\u06f1a\u0661.example',
      'ex\u200dample.com',
    ],
  ]) {
    assert.equal(canonicaliseDomain(domain), null, JSON.stringify(domain));
  }
});
