import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClientAddressReader } from '../../src/http/client-address.js';

test('the rightmost address that no trusted proxy has is the client', () => {
  const { readCaller: read } = createClientAddressReader([
    'loopback',
    '10.0.0.0/8',
    '2001:db8::/32',
    '192.0.2.7',
  ]);
  assert.equal(read('203.0.113.5', '1.1.1.1'), '203.0.113.5');
  assert.equal(read('127.0.0.1', null), '127.0.0.1');
  assert.equal(read('127.0.0.1', '203.0.113.5'), '203.0.113.5');
  assert.equal(read('::1', '1.1.1.1, 203.0.113.5, 10.9.9.9'), '203.0.113.5');
  assert.equal(read('::ffff:10.0.0.1', '203.0.113.5, 192.0.2.7'), '203.0.113.5');
  assert.equal(read('2001:db8::5', '203.0.113.5'), '203.0.113.5');
  assert.equal(read('10.0.0.1', '10.0.0.2, 10.0.0.3'), '10.0.0.2');
});

// Attack: put something into the header that is no address, to be counted as nobody or as somebody else.
test('an entry that is no address ends the chain at the proxy that sent it', () => {
  const { readCaller: read } = createClientAddressReader(['10.0.0.0/8']);
  for (const forwarded of ['', 'unknown', '1.2.3.4:80', '203.0.113.5, junk', 'x'.repeat(5000)]) {
    assert.equal(read('10.0.0.1', forwarded), '10.0.0.1');
  }
  assert.equal(read('unknown', '1.1.1.1'), 'unknown');
});

// Attack: be a user of a back end that appends to X-Forwarded-For, and send another address with each request.
test('for whom a known caller calls is the rightmost address that no trusted proxy has', () => {
  const { readOnBehalfOf } = createClientAddressReader(['10.0.0.0/8']);
  assert.equal(readOnBehalfOf('198.51.100.1'), '198.51.100.1');
  assert.equal(readOnBehalfOf('6.6.6.6, 198.51.100.1'), '198.51.100.1');
  assert.equal(readOnBehalfOf('6.6.6.6, 198.51.100.1, 10.0.0.1'), '198.51.100.1');
  assert.equal(readOnBehalfOf('10.0.0.1'), '10.0.0.1');
  assert.equal(readOnBehalfOf(null), undefined);
  for (const forwarded of ['', 'junk', '1.2.3.4:4711', '198.51.100.1, unknown']) {
    assert.equal(readOnBehalfOf(forwarded), 'unknown');
  }
});

test('a proxy that is no address, range or loopback is refused by name', () => {
  for (const entry of ['proxy', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '2001:db8::/129', '*', '']) {
    assert.throws(
      () => createClientAddressReader([entry]),
      /trusted proxies are addresses, CIDR ranges or loopback/,
    );
  }
});
