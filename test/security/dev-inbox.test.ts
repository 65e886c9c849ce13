import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { createInbox } from '../../src/transports/inbox.js';
import { createTestOtp } from '../helpers/otp.js';
import { postTo, startService } from '../helpers/process.js';

const paths = ['/dev/inbox', '/dev/inbox.json', '/dev/inbox.json?identity=alice@example.com'];
const localHosts = ['localhost', 'localhost:8000', 'app.localhost:8000', '127.0.0.1:8000', '[::1]:8000'];
const foreignHosts = [
  'evil.example',
  'evil.example:8000',
  'localhost.evil.example:8000',
  '127.0.0.1.nip.io:8000',
  'user@localhost@evil.example',
  'my-laptop:8000',
];

/** The answer to a GET with this Host header. */
function ask(url: string, host: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { headers: { Host: host } }, async (answer) => {
      const chunks = await answer.setEncoding('utf8').toArray();
      resolve({ status: answer.statusCode ?? 0, text: chunks.join('') });
    });
    outgoing.on('error', reject).end();
  });
}

// Attack: point a name at 127.0.0.1 (DNS rebinding), open a page of that name at a developer, and read the codes.
test('the service shows its inbox under the names of this machine only', async () => {
  const service = await startService();
  try {
    await postTo(`${service.url}/api/v1/otp/request`, { identity: 'alice@example.com' });
    const [, code = ''] = await service.waitFor(/code (\d{6}) for alice/);
    for (const path of paths) {
      for (const host of localHosts) {
        const { status, text } = await ask(service.url + path, host);
        assert.equal(status, 200, `${host}${path}`);
        assert.ok(text.includes(code));
      }
      for (const host of foreignHosts) {
        const { status, text } = await ask(service.url + path, host);
        assert.ok(status === 403 || status === 400, `${host}${path}`);
        assert.ok(!text.includes(code) && !text.includes('alice'));
      }
    }
    assert.equal((await ask(`${service.url}/livez`, 'evil.example')).status, 200);
  } finally {
    await service.stop();
  }
});

// Attack: the same, where a framework names the host of a request by itself.
test('the library shows its inbox there and at its public host, by the header before the address', async () => {
  const { otp } = createTestOtp({
    unsafeDevInbox: createInbox(),
    publicUrl: 'https://dev.example.com:8443',
  });
  const read = async (url: string, host?: string) => {
    const headers = host === undefined ? undefined : { Host: host };
    return (await otp.handler(new Request(url, headers ? { headers } : {}))).status;
  };
  for (const path of paths) {
    assert.equal(await read(`http://localhost:3000${path}`), 200);
    assert.equal(await read(`http://dev.example.com${path}`), 200);
    assert.equal(await read(`http://evil.example${path}`), 403);
    assert.equal(await read(`http://localhost:3000${path}`, 'evil.example'), 403);
    assert.equal(await read(`http://internal${path}`, 'dev.example.com:8443'), 200);
    assert.equal(await read(`http://localhost:3000${path}`, 'not a host'), 400);
  }
});

test('the banner warns when development listens to the network', async () => {
  const exposed = await startService({ HOST: '0.0.0.0' });
  await exposed.stop();
  assert.match(exposed.output.stdout, /^ {2}WARNING {2}HOST=0\.0\.0\.0: .*read its codes$/m);
  for (const HOST of ['127.0.0.1', 'localhost']) {
    const local = await startService({ HOST });
    await local.stop();
    assert.doesNotMatch(local.output.stdout, /WARNING/, HOST);
  }
});
