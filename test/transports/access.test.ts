import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SMTPServerOptions } from 'smtp-server';
import { createSmtpTransport } from '../../src/transports/smtp.js';
import { createCertificate } from '../helpers/certificate.js';
import { startHttpStub } from '../helpers/http-stub.js';
import { providers } from '../helpers/providers.js';
import { startScriptedSmtp } from '../helpers/scripted-smtp.js';
import { startSmtpServer } from '../helpers/smtp.js';

const neverAborted = new AbortController().signal;

for (const [name, { create, refuse }] of Object.entries(providers)) {
  describe(`${name} can be asked whether it knows us`, () => {
    test('by a request that sends nothing and changes nothing, with the same credentials as a message', async () => {
      const stub = await startHttpStub({ status: 200 });
      const transport = create(stub.url);
      assert.ok(transport.checkAccess, `${name} has no checkAccess: pass createPostTransport the request`);
      assert.deepEqual(await transport.checkAccess({ signal: neverAborted }), { ok: true, id: undefined });
      const [asked, ...others] = stub.received;
      assert.deepEqual(others, []);
      assert.ok(asked && ['GET', 'HEAD'].includes(asked.method), asked?.method);
      assert.equal(asked.body, '');
      const isSigned = ['ses', 'webhook'].includes(name);
      if (isSigned) return;
      await transport.send(
        {
          id: 'x',
          channel: 'sms',
          to: '+1',
          code: '1',
          expiresInSeconds: 60,
          locale: 'en',
          subject: '',
          text: '',
        },
        { signal: neverAborted },
      );
      assert.equal(asked.headers.authorization, stub.received[1]?.headers.authorization);
    });

    test('and does not wait for an answer longer than it is told to', async () => {
      const stub = await startHttpStub('silence');
      const controller = new AbortController();
      const checked = create(stub.url).checkAccess?.({ signal: controller.signal });
      controller.abort();
      const receipt = await checked;
      assert.ok(receipt && !receipt.ok);
      assert.equal(receipt.category, 'timeout');
    });

    test('and when nobody answers, that is told from a refusal', async () => {
      const stub = await startHttpStub();
      await stub.close();
      const receipt = await create(stub.url).checkAccess?.({ signal: neverAborted });
      assert.ok(receipt && !receipt.ok);
      assert.equal(receipt.category, 'unavailable');
    });

    if (name === 'webhook') {
      test('and any answer will do, since a receiver knows only messages', async () => {
        const stub = await startHttpStub({ status: 405 });
        const receipt = await create(stub.url).checkAccess?.({ signal: neverAborted });
        assert.equal(receipt?.ok, true);
      });
      return;
    }

    test('and a refusal of the credentials is one', async () => {
      const stub = await startHttpStub({ ...refuse('0'), status: 401 });
      const receipt = await create(stub.url).checkAccess?.({ signal: neverAborted });
      assert.ok(receipt && !receipt.ok);
      assert.equal(receipt.category, 'unauthorized');
    });
  });
}

describe('credentials that may only send are known, and enough', () => {
  for (const [name, code] of [
    ['resend', 'restricted_api_key'],
    ['ses', 'AccessDeniedException'],
  ] as const) {
    test(name, async () => {
      const provider = providers[name];
      assert.ok(provider);
      const stub = await startHttpStub(provider.refuse(code, name === 'ses' ? 403 : 401));
      const receipt = await provider.create(stub.url).checkAccess?.({ signal: neverAborted });
      assert.equal(receipt?.ok, true);
    });
  }
});

describe('a mail server can be asked whether it knows us', () => {
  const ask = async (port: number, options = {}, signal = neverAborted) => {
    const transport = createSmtpTransport({ host: '127.0.0.1', port, from: 'codes@example.org', ...options });
    try {
      return await transport.checkAccess?.({ signal });
    } finally {
      await transport.close?.();
    }
  };
  const onAuth: SMTPServerOptions['onAuth'] = ({ username, password }, _session, callback) =>
    callback(password === 'right' ? null : new Error('no'), { user: username });

  test('by a login without a message', async () => {
    const server = await startSmtpServer({ onAuth });
    const login = { username: 'codes', password: 'right' };
    assert.deepEqual(await ask(server.port, login), { ok: true });
    assert.deepEqual(server.recipients, []);
  });

  test('and a wrong password is told from a server that cannot be reached', async () => {
    const server = await startSmtpServer({ onAuth });
    const refused = await ask(server.port, { username: 'codes', password: 'wrong' });
    assert.ok(refused && !refused.ok);
    assert.equal(refused.category, 'unauthorized');
    assert.ok(!JSON.stringify(refused).includes('wrong'));
    await server.close();
    const unreachable = await ask(server.port);
    assert.ok(unreachable && !unreachable.ok);
    assert.equal(unreachable.category, 'unavailable');
  });

  test('and a certificate that nobody vouches for is refused', async () => {
    const server = await startSmtpServer({ disabledCommands: [], ...createCertificate() });
    const refused = await ask(server.port, { requireTls: true });
    assert.ok(refused && !refused.ok);
    assert.equal(refused.category, 'unavailable');
  });

  test('and does not wait for a greeting longer than it is told to', async () => {
    const server = await startScriptedSmtp(({ line }) => (line === 'CONNECT' ? null : undefined));
    const controller = new AbortController();
    const asked = ask(server.port, {}, controller.signal);
    controller.abort();
    const receipt = await asked;
    assert.ok(receipt && !receipt.ok);
    assert.equal(receipt.category, 'timeout');
  });
});
