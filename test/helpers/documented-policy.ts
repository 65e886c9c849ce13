import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './process.js';

/** What the documentation says that the policy of a page must let in for the elements, from the service at this URL. */
export function documentedPolicy(url: string, humanCheck?: 'altcha' | 'turnstile'): string {
  const page = readFileSync(join(root, 'docs/sign-in.md'), 'utf8');
  const [, policy] = /need `(script-src [^`]+)` and nothing/.exec(page) ?? [];
  const [, ofCheck] = new RegExp(`^\\| \`${humanCheck}\` \\| \`([^\`]+)\``, 'm').exec(page) ?? [];
  assert.ok(policy && (ofCheck || !humanCheck));
  return [policy.replaceAll('https://otp.example.com', url), ...(ofCheck ? [ofCheck] : [])].join('; ');
}
