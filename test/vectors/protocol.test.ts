import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { deriveAddressTag } from '../../src/core/code.js';
import { createDerivation } from '../../src/core/derivation.js';
import { deriveKeys } from '../../src/core/keys.js';
import { limitNames, longAttempts, namePattern, policyNumbers } from '../../src/core/policy.js';
import { problems } from '../../src/http/problems.js';
import { root } from '../helpers/process.js';

const read = (name: string) => readFileSync(join(root, name), 'utf8');
const protocol = read('spec/protocol.md');
/** The cells of each row of a table. */
const rows = [...protocol.matchAll(/^\| (.*) \|$/gm)].map(([, row = '']) => row.split(' | '));

test('the worked example is what the core derives', () => {
  const keys = deriveKeys({ secret: Buffer.from(Array.from({ length: 32 }, (_, index) => index)) });
  const [identity, purpose] = ['alice@example.com', 'sign-in'];
  const derivation = createDerivation(keys, 'default');
  const from = { challenge: 'ABEiM0RVZneImaq7zN3u_w', keyId: keys.current.id, window: 5_984_300 };
  const recordTag = derivation.deriveRecordTag(identity, purpose);
  const identityTag = derivation.deriveIdentityTag(identity);
  for (const line of [
    `key id        ${keys.current.id}`,
    `6 digits      ${derivation.recoverCode(identity, purpose, { ...from, digits: 6 })}`,
    `10 digits     ${derivation.recoverCode(identity, purpose, { ...from, digits: 10 })}`,
    `record tag    ${recordTag}`,
    `identity tag  ${identityTag}`,
    `192.0.2.1     ${derivation.deriveNetworkTags('request_ip', '::ffff:192.0.2.1').network}`,
    `192.0.2.1     ${deriveAddressTag(keys.address, 'request_ip 192.0.2.1')}`,
    `2001:db8::1   ${derivation.deriveNetworkTags('verify_ip', '2001:db8::1').network}`,
  ]) {
    assert.ok(protocol.includes(`    ${line}\n`), line);
  }
});

test('the settings have the defaults of the service', () => {
  const labels: Record<keyof typeof policyNumbers, string> = {
    digits: 'digits',
    windowSeconds: 'window seconds: the life of a code',
    maxAttempts: 'attempts per code',
    requestIdentityMax: 'sends per identity',
    verifyIdentityMax: 'verifies per identity, of unbound records',
    requestIpMax: 'requests per network',
    verifyIpMax: 'verifies per network',
    resendCooldownSeconds: 'cooldown: the minimum gap between two sends',
    lengthenAfter: 'budget of guesses at short codes',
    longDigits: 'digits of a long code',
  };
  for (const [name, label] of Object.entries(labels)) {
    const { default: value } = policyNumbers[name as keyof typeof policyNumbers];
    const beginning = `| ${label} | **${value}**`;
    assert.ok(protocol.includes(beginning), `spec/protocol.md has no row "${beginning} …" for ${name}`);
  }
  assert.ok(protocol.includes(`| attempts of a long code | ${longAttempts} | fixed |`));
  assert.ok(protocol.includes(`match \`${namePattern.source}\``));
});

test('every route has the body that the OpenAPI document gives it', () => {
  const { paths, components } = JSON.parse(read('spec/openapi.json'));
  const routes = rows.filter(([route = '']) => /^`(GET|POST) \//.test(route));
  assert.equal(routes.length, 6);
  for (const [route = '', body = ''] of routes) {
    const [method = '', path = ''] = route.replaceAll('`', '').split(' ');
    const { requestBody } = paths[`/api/v1${path}`][method.toLowerCase()];
    if (!requestBody) continue;
    const [, name = ''] = /([^/]+)$/.exec(requestBody.content['application/json'].schema.$ref) ?? [];
    const { properties, required = [] } = components.schemas[name];
    const keys = Object.keys(properties).map((key) => `\`${key}\`${required.includes(key) ? '' : '?'}`);
    assert.equal(body.replace(', and perhaps `Authorization: Bearer`', ''), keys.join(', '), route);
  }
});

test('every answer that it names is a problem of the service, and every problem of a code is named', () => {
  const named = [...protocol.matchAll(/(?<=[:(] ?)`([a-z]+_[a-z]+|blocked|pending|overloaded)`/g)].map(
    ([, code]) => code,
  );
  assert.ok(named.length >= 12);
  for (const code of named) assert.ok(code && code in problems, code);
  const wire = ['not_found', 'method_not_allowed', 'forbidden', 'internal'];
  for (const code of Object.keys(problems)) {
    assert.ok(wire.includes(code) || protocol.includes(`\`${code}\``), code);
  }
  for (const limit of limitNames) {
    const refusal = `\`limit: ${limit}\``;
    assert.ok(protocol.includes(refusal), `spec/protocol.md has no step that refuses with ${refusal}`);
  }
});

test('links of the specification lead somewhere', () => {
  for (const name of ['spec/protocol.md', 'spec/vectors/README.md', 'sdk/python/README.md']) {
    for (const [, target = ''] of read(name).matchAll(/\]\(([\w./-]+)(?:#[^)]*)?\)/g)) {
      assert.ok(read(join(dirname(name), target)).length > 0, `${name} links to ${target}`);
    }
  }
});
