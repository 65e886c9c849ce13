import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createSmtpTransport } from '../../src/transports/smtp.js';
import { createCertificate } from '../helpers/certificate.js';
import { createMessage } from '../helpers/messages.js';
import { startProcess } from '../helpers/process.js';
import { startSmtpServer } from '../helpers/smtp.js';

const signal = () => new AbortController().signal;

for (const [way, secure] of [
  ['STARTTLS', false],
  ['implicit TLS', true],
] as const) {
  describe(`a relay on this machine whose certificate holds another name, over ${way},`, () => {
    const certificate = createCertificate('mail.example.org', false);
    const server = { ...certificate, secure, disabledCommands: [] };

    async function sendAs(servername: string | undefined) {
      const smtp = await startSmtpServer(server);
      const transport = createSmtpTransport({
        host: '127.0.0.1',
        port: smtp.port,
        secure,
        from: 'codes@example.org',
        timeoutMs: 30_000,
        tls: { ca: certificate.cert, ...(servername === undefined ? {} : { servername }) },
      });
      try {
        const receipt = await transport.send(createMessage(), { signal: signal() });
        assert.equal(smtp.received.length, receipt.ok ? 1 : 0);
        assert.ok(!receipt.ok || smtp.received[0]?.secure);
        return receipt;
      } finally {
        await transport.close?.();
        await smtp.close();
      }
    }

    test('takes mail when it is told the name', async () => {
      assert.ok((await sendAs('mail.example.org')).ok);
    });

    // Attack: be the server, with a certificate that someone gave for another name.
    test('gets nothing otherwise', async () => {
      for (const servername of [undefined, 'other.example.org']) {
        const receipt = await sendAs(servername);
        assert.ok(!receipt.ok && receipt.category === 'unavailable', JSON.stringify(receipt));
      }
    });
  });

  test(`an authority of your own is trusted through NODE_EXTRA_CA_CERTS, over ${way}`, async () => {
    const certificate = createCertificate('mail.example.org', false);
    const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-'));
    const file = join(folder, 'ca.pem');
    writeFileSync(file, certificate.cert);
    const smtp = await startSmtpServer({ ...certificate, secure, disabledCommands: [] });
    const program = `
      import { createBackend } from './src/cli/backends.ts';
      import { loadConfig } from './src/cli/config.ts';
      import { createMessage } from './test/helpers/messages.ts';
      const transport = createBackend('smtp', loadConfig(process.env).config);
      console.log(JSON.stringify(await transport.send(createMessage(), { signal: new AbortController().signal })));
      await transport.close();
    `;
    const run = async (env: Record<string, string>) => {
      const child = startProcess(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '--eval', program],
        {
          DELIVERY_BACKEND: 'smtp',
          SMTP_HOST: '127.0.0.1',
          SMTP_PORT: String(smtp.port),
          SMTP_SECURE: String(secure),
          SMTP_FROM: 'codes@example.org',
          SMTP_TLS_SERVERNAME: 'mail.example.org',
          DELIVERY_TIMEOUT_MS: '30000',
          ...env,
        },
      );
      await child.exited;
      return JSON.parse(child.output.stdout || JSON.stringify({ stderr: child.output.stderr }));
    };
    try {
      const [trusting, other] = await Promise.all([run({ NODE_EXTRA_CA_CERTS: file }), run({})]);
      assert.equal(trusting.ok, true, JSON.stringify(trusting));
      assert.equal(other.category, 'unavailable', JSON.stringify(other));
      assert.equal(smtp.received.length, 1);
    } finally {
      await smtp.close();
      rmSync(folder, { recursive: true });
    }
  });
}
