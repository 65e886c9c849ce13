import assert from 'node:assert/strict';
import { test } from 'node:test';
import { looksLikePublicSuffix } from '../../src/core/public-suffix.js';

test('suffixes under which registries and providers give out names are known', () => {
  for (const domain of [
    'co.uk',
    'com.au',
    'ne.jp',
    'gov.br',
    'github.io',
    'Vercel.app',
    'herokuapp.com',
    'workers.dev',
  ])
    assert.ok(looksLikePublicSuffix(domain), domain);
  for (const domain of ['s3.eu-central-1.amazonaws.com', 'a.run.app', 'uk.com'])
    assert.ok(looksLikePublicSuffix(domain), domain);
});

test('domains of one owner are not', () => {
  for (const domain of [
    'example.com',
    'example.co.uk',
    'app.github.io',
    'co.example',
    'go.com',
    'otp.example.com.au',
  ])
    assert.ok(!looksLikePublicSuffix(domain), domain);
});
