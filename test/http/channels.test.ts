import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Channel, Transport } from '../../src/index.js';
import { createTwilioTransport } from '../../src/transports/twilio.js';
import { post } from '../helpers/otp.js';
import { createSignIn } from '../helpers/sign-in.js';

const reached: [identity: string, channels: Channel[]][] = [
  ['alice@example.com', ['email']],
  ['+4915112345678', ['sms', 'whatsapp', 'voice']],
  ['user:42', ['custom']],
];
const allChannels = reached.flatMap(([, channels]) => channels);
const path = '/api/v1/otp/request';

function createKit(channels: readonly Channel[]) {
  const transport: Transport = { name: 'some', channels, send: async () => ({ ok: true }) };
  return createSignIn({ transports: [transport], resendCooldownSeconds: 0, requestIdentityMax: 100 });
}

test('no channel is taken, offered or documented without a transport for it', async () => {
  const property = fc.asyncProperty(fc.subarray(allChannels, { minLength: 1 }), async (served) => {
    const { otp, open, ask } = createKit(served);
    for (const [identity, channels] of reached) {
      const usable = channels.filter((channel) => served.includes(channel));
      for (const channel of [...channels, undefined]) {
        const expected = channel === undefined ? usable[0] : usable.find((one) => one === channel);
        const { status, body } = await post(otp.handler, path, { identity, channel });
        assert.equal(status, expected === undefined ? 400 : 200, `${identity} by ${channel} of ${served}`);
        if (expected === undefined) assert.equal(body['code'], 'unsupported_channel');
        else assert.equal(body['channel'], expected);
      }
    }

    const answer = await otp.handler(new Request('http://localhost/openapi.json'));
    const document = JSON.parse(await answer.text());
    const { OtpRequest, OtpSent } = document.components.schemas;
    for (const { properties } of [OtpRequest, OtpSent]) {
      assert.deepEqual(properties.channel.enum.toSorted(), served.toSorted());
    }

    const hasPhone = reached[1]?.[1].some((channel) => served.includes(channel)) ?? false;
    if (!hasPhone && !served.includes('email')) return;
    const label = hasPhone
      ? served.includes('email')
        ? 'E-mail address or phone number'
        : 'Phone number'
      : 'E-mail address';
    const browser = open();
    assert.ok((await browser.get('/sign-in')).text.includes(`>${label}</label>`), label);
    const strings = await browser.get('/sign-in/strings.json');
    assert.equal(JSON.parse(strings.text).emailOrPhone, label);
    if (!hasPhone) return;
    const page = await ask(browser, '+4915112345678');
    const [, ...others] = allChannels.filter(
      (name) => served.includes(name) && reached[1]?.[1].includes(name),
    );
    const offered = [...page.text.matchAll(/name="channel" value="(\w+)"/g)].map(([, name]) => name);
    assert.deepEqual(offered, others);
  });
  await fc.assert(property, { seed: 29, numRuns: 40 });
});

test('Twilio serves WhatsApp only with a template, which alone arrives', () => {
  const account = {
    accountSid: 'AC0123456789abcdef0123456789abcdef',
    authToken: 'token',
    from: '+15005550006',
  };
  assert.deepEqual(createTwilioTransport(account).channels, ['sms']);
  const whatsappContentSid = 'HX0123456789abcdef0123456789abcdef';
  assert.deepEqual(createTwilioTransport({ ...account, whatsappContentSid }).channels, ['sms', 'whatsapp']);
});
