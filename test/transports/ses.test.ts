import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeHttpTransport } from '../../src/testing/index.js';
import { createSesTransport, type SesTransportOptions } from '../../src/transports/ses.js';
import { signAwsRequest } from '../../src/transports/sigv4.js';
import { type StubAnswer, startHttpStub } from '../helpers/http-stub.js';
import { createMessage } from '../helpers/messages.js';

const now = Date.UTC(2026, 10, 3, 12, 0, 0);
const options: SesTransportOptions = {
  region: 'eu-central-1',
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  from: 'Bücher <codes@example.org>',
  clock: () => now,
};
const message = createMessage({ to: "o'neil+x=y@example.com", html: '<p>482931</p>' });
const accepted = { status: 200, body: { MessageId: '010701234567-abcd' } };
const error = (status: number, type: string) => ({
  status,
  headers: { 'x-amzn-errortype': `${type}:http://internal.amazon.com/coral/${type}/` },
  body: { message: `prose ${message.to} 482931 AKIDEXAMPLE` },
});

describeHttpTransport('ses', {
  create: (baseUrl) => createSesTransport({ ...options, baseUrl }),
  message,
  secrets: [options.accessKeyId, options.secretAccessKey],
  readRecipients: ({ body }) => JSON.parse(body).Destination.ToAddresses,
  answers: {
    accept: accepted,
    refuse: error(400, 'MessageRejected'),
    unauthorized: error(403, 'SignatureDoesNotMatch'),
    throttle: {
      ...error(429, 'TooManyRequestsException'),
      headers: { ...error(429, 'TooManyRequestsException').headers, 'retry-after': '7' },
    },
    fail: error(500, 'InternalFailure'),
  },
});

async function send(answer: StubAnswer, changes: Partial<SesTransportOptions> = {}) {
  const stub = await startHttpStub(answer);
  try {
    const transport = createSesTransport({ ...options, ...changes, baseUrl: stub.url });
    const receipt = await transport.send(message, { signal: new AbortController().signal });
    const [request] = stub.received;
    assert.ok(request);
    return { receipt, request, url: stub.url };
  } finally {
    await stub.close();
  }
}

test('an e-mail is the documented request, field by field', async () => {
  const { receipt, request } = await send(accepted, { configurationSet: 'codes' });
  assert.deepEqual(receipt, { ok: true, id: accepted.body.MessageId });
  assert.equal(request.method, 'POST');
  assert.equal(request.path, '/v2/email/outbound-emails');
  assert.equal(request.headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(request.body), {
    FromEmailAddress: '=?UTF-8?B?QsO8Y2hlcg==?= <codes@example.org>',
    Destination: { ToAddresses: [message.to] },
    Content: {
      Simple: {
        Subject: { Data: message.subject, Charset: 'UTF-8' },
        Body: {
          Text: { Data: message.text, Charset: 'UTF-8' },
          Html: { Data: message.html, Charset: 'UTF-8' },
        },
        Headers: [
          { Name: 'Auto-Submitted', Value: 'auto-generated' },
          { Name: 'X-Entity-Ref-ID', Value: message.id },
        ],
      },
    },
    ConfigurationSetName: 'codes',
  });
});

test('what is on the wire is what was signed, session token and all', async () => {
  const { request, url } = await send(accepted, { sessionToken: 'session-token' });
  assert.equal(request.headers['x-amz-security-token'], 'session-token');
  assert.equal(request.headers['x-amz-date'], '20261103T120000Z');
  const signed = signAwsRequest(
    {
      method: request.method,
      url: url + request.path,
      headers: {
        'content-type': String(request.headers['content-type']),
        'x-amz-security-token': 'session-token',
      },
      body: request.body,
    },
    { ...options, service: 'ses' },
    new Date(now),
  );
  assert.equal(request.headers.authorization, signed['authorization']);
  assert.match(String(request.headers.authorization), /20261103\/eu-central-1\/ses\/aws4_request/);
});

test('its error types are told apart', async () => {
  for (const [status, type, category] of [
    [400, 'AccountSuspendedException', 'unauthorized'],
    [400, 'LimitExceededException', 'rate_limited'],
    [400, 'ThrottlingException', 'rate_limited'],
    [429, 'TooManyRequestsException', 'rate_limited'],
    [400, 'MessageRejected', 'rejected'],
    [400, 'MailFromDomainNotVerifiedException', 'unauthorized'],
    [400, 'SendingPausedException', 'unauthorized'],
    [400, 'ExpiredTokenException', 'unauthorized'],
    [400, 'BadRequestException', 'rejected'],
    [404, 'NotFoundException', 'rejected'],
  ] as const) {
    const { receipt } = await send(error(status, type));
    assert.ok(!receipt.ok && receipt.category === category, type);
    assert.equal(receipt.detail, `HTTP ${status} ${type}`);
  }
});

test('every partition of AWS is reached under its own domain, and signed for its region', async () => {
  for (const [region, host] of [
    ['us-east-1', 'email.us-east-1.amazonaws.com'],
    ['ap-southeast-5', 'email.ap-southeast-5.amazonaws.com'],
    ['us-gov-west-1', 'email.us-gov-west-1.amazonaws.com'],
    ['eusc-de-east-1', 'email.eusc-de-east-1.amazonaws.eu'],
    ['cn-north-1', 'email.cn-north-1.amazonaws.com.cn'],
    ['cn-northwest-1', 'email.cn-northwest-1.amazonaws.com.cn'],
    ['us-iso-west-1', 'email.us-iso-west-1.c2s.ic.gov'],
    ['us-isob-east-1', 'email.us-isob-east-1.sc2s.sgov.gov'],
    ['us-isof-south-1', 'email.us-isof-south-1.csp.hci.ic.gov'],
    ['eu-isoe-west-1', 'email.eu-isoe-west-1.cloud.adc-e.uk'],
  ] as const) {
    const asked: [url: string, authorization: string | undefined][] = [];
    const transport = createSesTransport({
      ...options,
      region,
      fetch: async (url, { headers }) => {
        asked.push([url, headers['authorization']]);
        return Response.json(accepted.body);
      },
    });
    assert.ok((await transport.send(message, { signal: new AbortController().signal })).ok);
    const [[url, authorization] = []] = asked;
    assert.equal(url, `https://${host}/v2/email/outbound-emails`);
    assert.ok(authorization?.includes(`/20261103/${region}/ses/aws4_request,`), authorization);
  }
});

// Attack: have the keys and the mail sent to another host.
test('a region is only a region', () => {
  for (const region of [
    'eu-central-1.example.com',
    'eu-central-1/',
    'eu-central-1\n',
    ' eu-central-1',
    'eu_central_1',
    'eu-central',
    'x@evil.example#-a-1',
    'EU-CENTRAL-1',
  ]) {
    assert.throws(() => createSesTransport({ ...options, region }), /^RangeError: region /, region);
  }
});

test('wrong options are refused by name', () => {
  for (const [name, wrong] of Object.entries({
    region: 'Frankfurt',
    accessKeyId: '',
    secretAccessKey: 'a b',
    sessionToken: '',
    from: 'nobody',
    configurationSet: 'a b',
  })) {
    assert.throws(
      () => createSesTransport({ ...options, [name]: wrong }),
      new RegExp(`^RangeError: ${name} `),
      name,
    );
  }
});
