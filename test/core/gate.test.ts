import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGate } from '../../src/core/gate.js';

test('without rules everyone is let in', () => {
  assert.equal(createGate([])('anybody@example.org'), true);
});

// Attack: be let in by an identity that only looks like one that is.
test('rules let in whom they name, and nobody like them', () => {
  const gate = createGate(['Alice@Example.com', '@Bücher.example', '+49', '+33612345678', 'user:42']);
  const allowed = [
    'alice@example.com',
    'anybody@xn--bcher-kva.example',
    '+4915112345678',
    '+33612345678',
    'user:42',
  ];
  const refused = [
    'bob@example.com',
    'alice@example.com.example.org',
    'alice@sub.example.com',
    'anybody@sub.xn--bcher-kva.example',
    'anybody@axn--bcher-kva.example',
    'x@xn--bcher-kva.example@example.org',
    '+4',
    '49:1',
    '+33612345679',
    'user:421',
    'user:4',
    '',
    '@',
  ];
  for (const identity of allowed) assert.equal(gate(identity), true, identity);
  for (const identity of refused) assert.equal(gate(identity), false, identity);
});

test('an invalid rule is refused by name', () => {
  for (const rule of [
    '',
    '@',
    'example.com',
    '@example',
    '+',
    '+0',
    '*',
    '@*.example.com',
    '*@example.com',
    'sales-*@example.com',
    '\uff0a@example.com',
    'user:*',
    'a@b@example.com',
    '+49*',
  ]) {
    assert.throws(
      () => createGate([rule]),
      /a gate rule is an identity, an @domain or the beginning of a \+number/,
      rule,
    );
  }
});
