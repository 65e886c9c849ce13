import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { jwtSecret } from '../helpers/otp.js';
import { createSiteTokens, describeProxies, useSite } from '../helpers/proxied-site.js';
import { acceptsPages, ask, bearer, cookie } from '../helpers/proxy-client.js';
import { grant } from '../helpers/tokens.js';

const alice = 'alice@example.com';
const name = '__Host-otp_session';
const origin = 'https://pages.example.com';
const tokens = createSiteTokens();
const foreign = createSiteTokens(Date.now, jwtSecret);

async function issue(issuer = tokens): Promise<string> {
  return (await issuer.issue({ ...grant, identity: alice })).accessToken;
}

/** Cookies of other applications under the domain, 20 KB of them. */
const crowd = Array.from({ length: 20 }, (_, index) => `other${index}=${'c'.repeat(1000)}`);

const site = useSite();

describeProxies(
  'what browsers bring, ',
  site,
  (askSite, start) => {
    for (const [form, lines] of [
      ['in one line', [crowd.join('; ')]],
      ['in lines of their own', crowd],
    ] as const) {
      test(`20 KB of other cookies, ${form}, hide neither the sign-in page nor the application`, async () => {
        const headers = [...lines.map((line) => ['Cookie', line] as const), acceptsPages];
        const asked = await askSite({ path: '/a', headers });
        assert.deepEqual(
          [asked.status, asked.headers['location'], asked.reached],
          [302, '/sign-in?rd=%2Fa', 0],
        );
        const page = await askSite({ path: '/sign-in?rd=%2Fa', headers });
        assert.deepEqual([page.status, page.reached], [200, 0]);
        assert.match(page.text, /<form/);
        const program = await askSite({ headers: lines.map((line) => ['Cookie', line] as const) });
        assert.deepEqual([program.status, program.reached], [401, 0]);
        for (const proof of [cookie(await issue()), bearer(await issue())]) {
          for (const all of [
            [...headers, proof],
            [proof, ...headers],
          ]) {
            const { status, echo } = await askSite({ headers: all });
            assert.deepEqual([status, echo?.headers['remote-user']], [200, alice]);
            assert.equal((echo?.headers.cookie?.match(/other\d+=c{1000}/g) ?? []).length, crowd.length);
          }
        }
      });
    }

    test('a foreign cookie of the name of ours, before or after it, changes nothing', async () => {
      const [own, other] = [await issue(), await issue(foreign)];
      for (const value of [
        `${name}=${other}; ${name}=${own}`,
        `${name}=${own}; ${name}=${other}`,
        `${name}=; ${name}=x; ${name}="; ${name}=${other}; theme=dark; ${name}=${own}`,
      ]) {
        const { status, echo } = await askSite({ headers: [['Cookie', value]] });
        assert.deepEqual([status, echo?.headers['remote-user']], [200, alice]);
      }
      const { status, reached } = await askSite({ headers: [['Cookie', `${name}=${other}; ${name}=x`]] });
      assert.deepEqual([status, reached], [401, 0]);
    });

    test('an upload of 5 MB arrives whole, and without a token the application hears nothing of it', async () => {
      const body = 'u'.repeat(5 * 1024 * 1024);
      for (const proof of [bearer(await issue()), cookie(await issue())]) {
        const { status, echo } = await askSite({ method: 'POST', path: '/upload', body, headers: [proof] });
        assert.deepEqual(
          [status, echo?.body.length, echo?.headers['remote-user']],
          [200, body.length, alice],
        );
      }
      const { status, reached } = await askSite({
        method: 'POST',
        path: '/upload',
        body: body.slice(0, 100_000),
      });
      assert.deepEqual([status, reached], [401, 0]);
    });

    describe('a preflight', () => {
      const preflight = (from: string, method = 'PUT') =>
        [
          ['Origin', from],
          ['Access-Control-Request-Method', method],
          ['Access-Control-Request-Headers', 'authorization'],
        ] as const;

      // Attack: dress a request up as a preflight, which nobody asks the gate about, and say who one is.
      test('of a known origin is answered by the application, which learns of nobody', async () => {
        for (const method of ['PUT', 'GET', 'DELETE']) {
          const headers = [
            ...preflight(origin, method),
            ['Remote-User', 'mallory'],
            ['Remote-Groups', 'admin'],
            ['Remote-Clearance', 'admin'],
            ['REMOTE-TENANT-ID', 'admin'],
          ] as const;
          const { status, echo } = await askSite({ method: 'OPTIONS', path: '/api', headers });
          assert.deepEqual([status, echo?.method, echo?.path], [200, 'OPTIONS', '/api']);
          assert.equal(echo?.headers.origin, origin);
          assert.doesNotMatch(JSON.stringify(echo?.rawHeaders), /mallory|admin/);
        }
      });

      test('is followed by a request that needs its token', async () => {
        const { status, reached } = await askSite({
          method: 'PUT',
          headers: [['Origin', origin]],
          body: 'x',
        });
        assert.deepEqual([status, reached], [401, 0]);
        const headers = [['Origin', origin], bearer(await issue())] as const;
        const { echo } = await askSite({ method: 'PUT', headers, body: 'x' });
        assert.equal(echo?.headers['remote-user'], alice);
      });

      // Attack: dress a request up as a preflight, to reach the application without a token.
      test('of another origin, or what only looks like one, is refused', async () => {
        for (const [method, headers] of [
          ['OPTIONS', []],
          ['OPTIONS', [['Origin', origin]]],
          ['OPTIONS', preflight('https://evil.example')],
          ['OPTIONS', preflight(`${origin}.evil.example`)],
          ['OPTIONS', preflight('')],
          ['OPTIONS', preflight('null')],
          ['OPTIONS', preflight(origin).slice(1)],
          ['GET', preflight(origin)],
          ['POST', preflight(origin)],
          ['HEAD', preflight(origin)],
        ] as const) {
          const { status, reached } = await askSite({ method, headers });
          assert.equal(status, 401, `${method} ${JSON.stringify(headers)}: ${status}`);
          assert.equal(reached, 0);
        }
      });

      test('is refused where no origin is named', async () => {
        const plain = await start(site.behind);
        try {
          for (const from of [origin, '', 'null']) {
            const already = site.app.received.length;
            const { status } = await ask(plain.port, { method: 'OPTIONS', headers: preflight(from) });
            assert.deepEqual([status, site.app.received.length - already], [401, 0]);
          }
        } finally {
          await plain.stop();
        }
      });
    });

    // Attack: say of oneself what an application believes of its proxy, under names that the gate does not set.
    test('no header that begins with Remote- reaches the application from a client', async () => {
      const known = ['Name', 'Username', 'Login', 'Id', 'Uid', 'Group', 'Groups', 'Role', 'Roles', 'Admin'];
      const spell = (word: string) => [
        `Remote-${word}`,
        `remote-${word}`.toLowerCase(),
        `REMOTE-${word.toUpperCase()}`,
      ];
      const removed = ['User', 'Email', 'Phone', ...known].flatMap(spell);
      const twisted = ['Remote_Groups', 'REMOTE_USER', 'remote_name', 'Remote.Roles'];
      const token = await issue();
      for (const headers of [removed, twisted].map((names) =>
        names.map((one) => [one, 'mallory'] as const),
      )) {
        const { status, echo } = await askSite({ headers: [...headers, bearer(token)] });
        assert.deepEqual(
          // Some proxies pass on an empty one.
          [status, echo?.headers['remote-user'], echo?.headers['remote-groups'] || undefined],
          [200, alice, undefined],
        );
        assert.doesNotMatch(JSON.stringify(echo?.rawHeaders), /mallory/);
      }
      for (const one of ['Remote-Clearance', 'remote-x', 'REMOTE-TENANT-ID']) {
        const { status, echo } = await askSite({ headers: [[one, 'mallory'], bearer(token)] });
        assert.ok([200, 403].includes(status), String(status));
        assert.doesNotMatch(JSON.stringify(echo?.rawHeaders ?? []), /mallory/);
      }
    });
  },
  { origin },
);
