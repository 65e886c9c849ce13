import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signAwsRequest } from '../../src/transports/sigv4.js';

// From the AWS Signature Version 4 test suite (aws-sig-v4-test-suite): get-vanilla, post-vanilla,
// post-x-www-form-urlencoded.
const vectors = [
  ['GET', {}, '', 'host;x-amz-date', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['POST', {}, '', 'host;x-amz-date', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  [
    'POST',
    { 'content-type': 'application/x-www-form-urlencoded' },
    'Param1=value1',
    'content-type;host;x-amz-date',
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
] as const;

test("requests are signed as AWS's published examples are", () => {
  for (const [method, headers, body, signedHeaders, signature] of vectors) {
    const signed = signAwsRequest(
      { method, url: 'https://example.amazonaws.com/', headers, body },
      {
        accessKeyId: 'AKIDEXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
        region: 'us-east-1',
        service: 'service',
      },
      new Date('2015-08-30T12:36:00Z'),
    );
    assert.deepEqual(signed, {
      ...headers,
      'x-amz-date': '20150830T123600Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
        `SignedHeaders=${signedHeaders}, Signature=${signature}`,
    });
  }
});
