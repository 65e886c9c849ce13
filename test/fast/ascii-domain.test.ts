import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toASCII } from 'tr46';
import { toAsciiDomain } from '../../src/fast/ascii-domain.js';

const plainToAscii = (domain: string) =>
  toASCII(domain, {
    checkBidi: true,
    checkHyphens: true,
    checkJoiners: true,
    useSTD3ASCIIRules: true,
    verifyDNSLength: true,
  });

test('domains of well-formed labels become what tr46 makes of them', () => {
  const label = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9-]{0,9}[A-Za-z0-9])?$/),
    fc.constantFrom('xn--bcher-kva', 'XN--Bcher-kva', 'b\u00fccher', 'a--b', 'r3---sn', '1', 'a'.repeat(63)),
  );
  fc.assert(
    fc.property(fc.array(label, { minLength: 2, maxLength: 4 }), (labels) => {
      const domain = labels.join('.');
      if (domain.length <= 253) assert.equal(toAsciiDomain(domain), plainToAscii(domain), domain);
    }),
    { numRuns: 5000, seed: 1 },
  );
});
