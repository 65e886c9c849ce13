import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { acceptsGzip, matchesTag } from '../../src/http/conditional.js';
import { createStaticFile } from '../../src/http/static-files.js';
import { createTestOtp } from '../helpers/otp.js';

const handler = createTestOtp({ unsafeInsecureCookies: true, requestIpMax: 0 }).otp.handler;
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  handler(new Request(`http://localhost${path}`, { method, headers }), { remoteAddress: '192.0.2.1' });
const readBytes = async (response: Response) => Buffer.from(await response.arrayBuffer());

const paths = [
  '/docs',
  '/docs/start.js',
  '/docs/swagger-ui.css',
  '/docs/swagger-ui-bundle.js',
  '/openapi.json',
];
const page = await (await ask('/sign-in')).text();
const hashed = [...page.matchAll(/sign-in\/assets\/[\w-]+\.(?:css|js)/g)].map(([path]) => `/${path}`);
const all = [...paths, '/sign-in/elements.js', ...hashed];

test('the sign-in page names its files by their content', () => {
  assert.equal(new Set(hashed).size, 2);
});

for (const path of all) {
  describe(path, () => {
    test('is compressed for those who accept that, and the same for those who do not', async () => {
      const plain = await ask(path);
      const gzipped = await ask(path, { 'Accept-Encoding': 'br;q=1.0, gzip;q=0.8' });
      assert.deepEqual([plain.status, gzipped.status], [200, 200]);
      assert.deepEqual(
        [plain.headers.get('Vary'), gzipped.headers.get('Vary')],
        ['Accept-Encoding', 'Accept-Encoding'],
      );
      assert.equal(plain.headers.get('Content-Encoding'), null);
      const [whole, small] = [await readBytes(plain), await readBytes(gzipped)];
      assert.equal(plain.headers.get('Content-Length'), String(whole.length));
      assert.equal(gzipped.headers.get('Content-Length'), String(small.length));
      const isCompressed = gzipped.headers.get('Content-Encoding') === 'gzip';
      assert.ok(isCompressed || whole.length < 200);
      assert.deepEqual(isCompressed ? gunzipSync(small) : small, whole);
      assert.equal(plain.headers.get('ETag') === gzipped.headers.get('ETag'), !isCompressed);
    });

    test('is not sent again to those who have it, in whatever way they say so', async () => {
      for (const encoding of ['identity', 'gzip']) {
        const accept = { 'Accept-Encoding': encoding };
        const tag = (await ask(path, accept)).headers.get('ETag') ?? '';
        assert.match(tag, /^"[\w-]+"$/);
        for (const known of [tag, `W/${tag}`, `"other", ${tag}`, `"other" ,W/${tag},"x"`, '*']) {
          const response = await ask(path, { ...accept, 'If-None-Match': known });
          assert.equal(response.status, 304, known);
          assert.equal(await response.text(), '');
          assert.equal(response.headers.get('ETag'), tag);
          assert.equal(response.headers.get('Content-Length'), null);
          assert.ok(response.headers.get('Cache-Control'));
          assert.equal(response.headers.get('Vary'), 'Accept-Encoding');
        }
        assert.equal((await ask(path, { ...accept, 'If-None-Match': '"other"' })).status, 200);
      }
    });

    test('is kept for ever only if its address changes with its content', async () => {
      const kept = (await ask(path)).headers.get('Cache-Control');
      assert.equal(kept, hashed.includes(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    });

    test('HEAD says what GET says, without the content', async () => {
      const [get, head] = [await ask(path), await ask(path, {}, 'HEAD')];
      for (const { headers } of [head, get]) headers.delete('X-Request-Id');
      assert.deepEqual([...head.headers], [...get.headers]);
      assert.deepEqual([head.status, await head.text()], [200, '']);
    });
  });
}

test('a file of the page by the address of another version is not kept', async () => {
  const [path = ''] = hashed;
  const other = path.replace(/-[\w-]+\./, '-older.');
  assert.equal((await ask(other)).headers.get('Cache-Control'), 'no-cache');
});

test('a file is read once, and again only when that has failed', async () => {
  let reads = 0;
  const file = createStaticFile({
    type: 'text/plain',
    read() {
      if (++reads === 1) throw new Error('not yet');
      return 'content';
    },
  });
  const call = { header: () => null };
  await assert.rejects(file(call), /not yet/);
  const [first, second] = await Promise.all([file(call), file(call)]);
  assert.equal(first, second);
  assert.equal(await file(call), first);
  assert.equal(reads, 2);
});

test('gzip is accepted by its weight, by itself or by the wildcard', () => {
  const cases: [string | null, boolean][] = [
    [null, false],
    ['', false],
    ['identity', false],
    ['br, deflate', false],
    ['gzip', true],
    ['GZIP', true],
    ['x-gzip', true],
    ['br;q=1.0,gzip ; q=0.001', true],
    ['gzip;q=0', false],
    ['gzip; q=0.000, *', false],
    ['*', true],
    ['*;q=0', false],
    ['gzipped', false],
    ['gzip;q=x', false],
  ];
  for (const [header, expected] of cases) assert.equal(acceptsGzip(header), expected, String(header));
});

test('no header makes the answers of these fail', () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      assert.equal(typeof acceptsGzip(header), 'boolean');
      assert.equal(
        matchesTag(header, ['"unlikely-tag"']),
        header.split(',').some((part) => part.trim() === '*'),
      );
    }),
    { seed: 20261126 },
  );
});
