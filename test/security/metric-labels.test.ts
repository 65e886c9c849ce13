import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channels, limitNames } from '../../src/core/policy.js';
import { refusalCategories } from '../../src/core/refusal.js';
import { metricList } from '../../src/metrics/list.js';
import { outcomeRows } from '../../src/outcomes/table.js';
import { createMetricsReader } from '../helpers/metrics.js';
import { createTestOtp, makeWrong } from '../helpers/otp.js';

const marker = 'evil7';
const hostile = [
  `${marker}@example.com`,
  `${marker}"} 1\nstateless_otp_evil 2`,
  `user:${marker}`,
  '+4915112345678',
  '+870773111632',
  `${marker}\u0000`,
  '__proto__',
  'constructor',
];
const paths = [
  `/api/v1/otp/${marker}`,
  `/${marker}"}`,
  `/api/v1/otp/request/../${marker}`,
  `/api/v1/otp/request?${marker}`,
  `//${marker}/`,
  '/docs/%2e%2e/%00',
];

/** What each label may hold. The channel `none` is that of a call whose channel is not known. */
const allowed: Record<string, RegExp> = {
  channel: new RegExp(`^(${[...channels, 'none'].join('|')})$`),
  status: /^([1-5][0-9]{2}|[a-z_]{5,24})$/,
  limit: new RegExp(`^(${[...limitNames, 'none'].join('|')})$`),
  route: /^(\/[a-z0-9/.*_-]*|none)$/i,
  verb: /^[a-z]+$/,
  outcome: new RegExp(`^(ok|failed|delivered|given_up|expired|${refusalCategories.join('|')})$`),
  transport: /^(inbox|none)$/,
  state: /^(waiting|sending|retrying)$/,
  event: new RegExp(
    `^(issued|refreshed|reused|refused|revoked|ended|${Object.keys(outcomeRows).join('|').replaceAll('.', '\\.')})$`,
  ),
  cause: /^(unused|growth)$/,
  decision: /^(signed_in|signed_out|public|forbidden)$/,
  country: /^([A-Z]{2}|[0-9]{3}|none)$/,
  step: /^(sent|verified)$/,
  le: /^(\+Inf|[0-9.]+)$/,
};

// Attack: grow the metrics without end, or write into them, by typing what becomes a label.
test('1000 hostile requests add no label outside of its closed set', async () => {
  const { registry, read } = createMetricsReader();
  const { otp, inbox } = createTestOtp({ metrics: registry, requestIpMax: 0, verifyIpMax: 0 });
  const methods = ['GET', 'POST', 'DELETE', 'BREW'];
  const info = { remoteAddress: '192.0.2.1' };
  const ask = (path: string, init: RequestInit) =>
    otp.handler(new Request(`http://127.0.0.1${path}`, init), info);
  let seriesAfterFirstHalf = 0;
  for (let round = 0; round < 1000; round++) {
    const text = `${hostile[round % hostile.length]}`;
    const path = paths[round % paths.length] as string;
    const headers = { 'Content-Type': 'application/json', 'X-API-Key': text.replaceAll(/[^\x20-\x7e]/g, '') };
    const identity = round % 3 === 0 ? text : `${marker}${round}@example.com`;
    const body = JSON.stringify({
      identity,
      otp: text,
      channel: round % 2 ? 'sms' : text,
      purpose: text,
      locale: text,
    });
    await ask(path, {
      method: methods[round % methods.length] as string,
      headers,
      ...(round % 4 === 1 ? { body } : {}),
    });
    await ask('/api/v1/otp/request', { method: 'POST', headers, body: JSON.stringify({ identity }) });
    await ask('/api/v1/otp/request', { method: 'POST', headers, body });
    const code = makeWrong(inbox.lastCode() || '123456');
    await ask('/api/v1/otp/verify', {
      method: 'POST',
      headers,
      body: JSON.stringify({ identity, otp: code }),
    });
    await ask('/api/v1/token/refresh', {
      method: 'POST',
      headers,
      body: JSON.stringify({ refresh_token: text }),
    });
    await ask('/authz/forward-auth', { headers: { ...headers, Authorization: `Bearer ${marker}${round}` } });
    if (round === 499) seriesAfterFirstHalf = (await read()).length;
  }
  const samples = await read();
  assert.ok(samples.length > 100);
  assert.equal(samples.length, seriesAfterFirstHalf);
  const names = new Set(Object.values(metricList).map(({ name }) => name));
  for (const { name, labels } of samples) {
    assert.ok(names.has(name.replace(/_(bucket|sum|count)$/, '') as never) || names.has(name as never), name);
    for (const [label, value] of Object.entries(labels)) {
      assert.match(value, allowed[label] ?? /^$/, `${name} ${label}`);
    }
  }
  assert.ok(!(await registry.metrics()).includes(marker));
});
