import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Echo } from '../helpers/echo-app.js';
import { createGateFile } from '../helpers/gate-file.js';
import { createSiteTokens, describeProxies, useSite } from '../helpers/proxied-site.js';
import { acceptsPages, ask, bearer } from '../helpers/proxy-client.js';
import { grant } from '../helpers/tokens.js';
import { until } from '../helpers/until.js';

const [alice, bob, eve] = ['alice@example.com', 'bob@example.com', 'eve@evil.example'];
const rules = {
  hosts: {
    'app.example.com': { allow: [alice, bob], public: ['/healthz', '/assets/'] },
    'open.example.com': { public: ['/'] },
    '*.example.com': { allow: ['@evil.example'] },
  },
  groups: { admins: [alice], 'lab staff': [alice, bob] },
  names: { [alice]: 'Alice {path}$host "A", the first' },
};

const tokens = createSiteTokens();
const issue = async (identity: string) => (await tokens.issue({ ...grant, identity })).accessToken;

/** What an application takes for an identity header, in every spelling. */
function readIdentity(echo: Echo | null): string[] {
  return (echo?.rawHeaders ?? [])
    .flatMap((name, index, all) =>
      index % 2 === 0 ? [`${name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')}: ${all[index + 1]}`] : [],
    )
    .filter((line) => /^remote-.*: ./.test(line))
    .sort();
}

const file = createGateFile(rules);
const site = useSite({ GATE_FILE: file.path });

describeProxies('with rules for each host, ', site, (askSite, start) => {
  test('the application learns groups and name, and nothing of them from the client', async () => {
    const forged = ['Remote-Groups', 'Remote-Name', 'Remote_Groups', 'remote.name', 'REMOTE-GROUPS'].map(
      (name) => [name, 'root'] as const,
    );
    for (const headers of [
      [],
      ...forged.map((one) => [one]),
      [['Connection', 'Remote-Groups, Remote-Name']] as const,
    ]) {
      const { status, echo } = await askSite({ headers: [...headers, bearer(await issue(alice))] });
      // nginx cannot remove a name that nobody told it: then nobody is let through.
      if (status === 403 && echo === null) continue;
      assert.equal(status, 200);
      assert.deepEqual(readIdentity(echo), [
        `remote-email: ${alice}`,
        'remote-groups: admins,lab staff',
        'remote-name: Alice {path}$host "A", the first',
        `remote-user: ${alice}`,
      ]);
    }
    const { echo } = await askSite({ headers: [bearer(await issue(bob))] });
    assert.deepEqual(readIdentity(echo), [
      `remote-email: ${bob}`,
      'remote-groups: lab staff',
      `remote-user: ${bob}`,
    ]);
    assert.equal((await askSite({ headers: [bearer(await issue(eve))] })).status, 403);
  });

  test('a public path needs no token, and the application hears of no identity', async () => {
    for (const path of ['/healthz', '/healthz/live?x=%2f..', '/assets/app.js', '/healthz?/../a']) {
      for (const method of ['GET', 'POST', 'HEAD']) {
        const { status, reached, echo } = await askSite({ method, path, headers: [acceptsPages] });
        assert.deepEqual([status, reached], [200, 1], path);
        assert.deepEqual(readIdentity(echo), []);
      }
      for (const name of ['Remote-User', 'Remote_User', 'Remote-Groups', 'Remote-Email', 'Remote-Roles']) {
        const { echo } = await askSite({ path, headers: [[name, 'mallory']] });
        assert.doesNotMatch(JSON.stringify(echo ?? {}), /mallory/);
      }
      const { echo } = await askSite({ path, headers: [bearer(await issue(eve))] });
      assert.deepEqual(readIdentity(echo), []);
    }
  });

  // Attack: reach what is not public by a path that the gate, the proxy and the application read differently.
  test('no path leads from a public one to another', async () => {
    for (const path of [
      '/',
      '/admin',
      '/healthzz',
      '/health',
      '/HEALTHZ',
      '/assets',
      '/healthz/../admin',
      '/healthz/..',
      '/assets/../admin',
      '/healthz/./../admin',
      '/./healthz',
      '/x/../healthz',
      '/healthz/..%2fadmin',
      '/healthz/%2e%2e/admin',
      '/healthz%2f..%2fadmin',
      '/healthz%2F%2E%2E%2Fadmin',
      '/healthz/%252e%252e/admin',
      '/healthz%00',
      '/healthz/%0d%0aX:y',
      '/%68ealthz',
      '/assets/%2e%2e%2fadmin',
      '//healthz',
      '/healthz//../admin',
      '//admin',
      '/healthz//x',
      '///',
      '/healthz/..;/admin',
      '/healthz;/../admin',
      '/healthz;jsessionid=1',
      '/;/healthz',
      '/healthz\\..\\admin',
      '/healthz/..\\admin',
      '\\healthz',
      '/healthz#/../admin',
      '/healthz/x#/../../admin',
      '/?/healthz',
      '/admin?/healthz',
      '/admin#/healthz',
      Buffer.from('/healthz/\uff0e\uff0e/admin').toString('latin1'),
    ]) {
      const { status, reached } = await askSite({ path });
      assert.equal(reached, 0, path);
      assert.match(String(status), /^(400|401|404)$/, path);
    }
  });

  // Attack: tell the gate of another request than the one that the application gets.
  test('a client cannot say by headers where its request goes', async () => {
    const url = 'https://app.example.com/healthz';
    const token = bearer(await issue(eve));
    for (const headers of [
      [['X-Original-URL', url]],
      [
        ['X-Original-URL', url],
        ['X-Original-URL', url],
      ],
      [['X_Original_URL', url]],
      [
        ['X-Forwarded-Host', 'open.example.com'],
        ['X-Forwarded-Uri', '/healthz'],
      ],
      [['X-Forwarded-Uri', '/healthz']],
      [
        ['X-Forwarded-Uri', '/healthz'],
        ['X-Forwarded-Uri', '/healthz'],
      ],
      [['X-Forwarded-Host', 'open.example.com']],
      [['X-Forwarded-Host', 'x.example.com']],
      [
        ['X_Forwarded_Uri', '/healthz'],
        ['X_Forwarded_Host', 'open.example.com'],
      ],
      [
        ['X-Original-URI', '/healthz'],
        ['X-Rewrite-URL', '/healthz'],
        ['Forwarded', 'host=open.example.com'],
      ],
      [['Connection', 'X-Original-URL, X-Forwarded-Host, X-Forwarded-Uri']],
      [
        ['X-Forwarded-Method', 'GET'],
        ['X-Forwarded-Proto', 'http'],
      ],
    ] as const) {
      for (const [proof, expected] of [
        [[], 401],
        [[token], 403],
      ] as const) {
        const { status, reached } = await askSite({ path: '/admin', headers: [...headers, ...proof] });
        assert.deepEqual([status, reached], [expected, 0], JSON.stringify(headers));
      }
      const { status, reached } = await askSite({ headers: [...headers, bearer(await issue(alice))] });
      assert.deepEqual([status, reached], [200, 1], JSON.stringify(headers));
    }
  });

  // Attack: come through a proxy that passes on what a client says, and that this one believes.
  test('nor through a proxy before this one', async () => {
    const second = await start({ ...site.behind, isSecond: true });
    try {
      for (const host of ['open.example.com', 'x.example.com']) {
        const headers = [
          ['X-Forwarded-Host', host],
          ['X-Forwarded-Uri', '/healthz'],
          ['X-Original-URL', `https://${host}/healthz`],
          bearer(await issue(eve)),
        ] as const;
        assert.equal((await ask(second.port, { path: '/admin', headers })).status, 403);
      }
    } finally {
      await second.stop();
    }
  });

  // Attack: name two hosts, so that the proxy routes by one and the gate decides by the other.
  test('the host that decides is the one that the application is asked under', async () => {
    const hosts = ['app.example.com', 'open.example.com', 'x.example.com', 'evil.example'];
    const spellings = hosts.flatMap((host) => [
      host,
      host.toUpperCase(),
      `${host}.`,
      `${host}:443`,
      `${host}.:8443`,
      `${host}..`,
      `x@${host}`,
      `${host},open.example.com`,
    ]);
    const targets = [
      '/admin',
      '/healthz',
      ...hosts.map((host) => `https://${host}/admin`),
      ...hosts.map((host) => `http://${host}:80/healthz`),
      'https://open.example.com@app.example.com/admin',
    ];
    let passed = 0;
    for (const host of spellings) {
      for (const path of targets) {
        const { status, reached, echo } = await askSite({ host, path });
        assert.ok(status < 500, `${host} ${path}`);
        if (reached === 0) continue;
        passed += 1;
        const asked = (echo?.headers.host ?? '').toLowerCase().replace(/\.?(:\d+)?$/, '');
        const isPublic =
          asked === 'open.example.com' || (asked === 'app.example.com' && echo?.path.endsWith('/healthz'));
        assert.ok(isPublic, `${host} ${path} reached ${asked}${echo?.path}`);
      }
    }
    assert.ok(passed > 0);
  });

  test('who is taken out of the file is out, and a half-written file changes nothing', async () => {
    const token = bearer(await issue(bob));
    assert.equal((await askSite({ headers: [token] })).status, 200);
    file.write({ ...rules, hosts: { 'app.example.com': { allow: [alice] } } });
    await until('the rules are loaded', async () => (await askSite({ headers: [token] })).status === 403);
    file.write(JSON.stringify(rules).slice(0, -1));
    const already = site.service.output.stderr.length;
    await until('the edit is refused', () =>
      /Gate rules refused/.test(site.service.output.stderr.slice(already)),
    );
    assert.equal((await askSite({ headers: [token] })).status, 403);
    assert.equal((await askSite({ headers: [bearer(await issue(alice))] })).status, 200);
    file.write(rules);
    await until('the rules are loaded', async () => (await askSite({ headers: [token] })).status === 200);
  });

  test('no request fails while the file is edited under load', async () => {
    const proxy = await start(site.behind);
    try {
      const tokenOfAlice = bearer(await issue(alice));
      let isOver = false;
      const failures: number[] = [];
      let asked = 0;
      const load = Array.from({ length: 4 }, async () => {
        while (!isOver) {
          const { status } = await ask(proxy.port, { headers: [tokenOfAlice] });
          asked += 1;
          if (status !== 200) failures.push(status);
        }
      });
      const others = Array.from({ length: 2000 }, (_, i) => `person${i}@example.com`);
      for (let edit = 0; edit < 6; edit++) {
        const isBroken = edit % 3 === 1;
        const next = { ...rules, groups: { ...rules.groups, [`edit${edit}`]: others } };
        const already = site.service.output.stderr.length;
        file.write(isBroken ? JSON.stringify(next).slice(0, 30_000) : next);
        const expected = isBroken ? /Gate rules refused/ : /Gate rules loaded/;
        await until('the edit is noticed', () => expected.test(site.service.output.stderr.slice(already)));
      }
      isOver = true;
      await Promise.all(load);
      assert.deepEqual(failures, []);
      assert.ok(asked > 20);
    } finally {
      await proxy.stop();
      file.write(rules);
    }
  });
});
