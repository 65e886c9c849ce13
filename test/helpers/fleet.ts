import assert from 'node:assert/strict';
import { createHttpClient } from './http-client.js';
import { startService } from './process.js';

/** Secrets that several processes share. */
export const sharedSecrets = {
  OTP_SECRET_KEY: 'ZW5kLXRvLWVuZC1vdHAtc2VjcmV0LTAxMjM0NTY3ODk=',
  JWT_SECRET: 'several-processes-Jwt-key-0123456789-abcdef',
};

/** Limits out of the way, so that nothing but what a test looks at decides. */
export const unlimited = {
  RATE_REQUEST_OTP_MAX: '1000000',
  RATE_VERIFY_OTP_MAX: '1000000',
  RATE_REQUEST_IP_MAX: '0',
  RATE_VERIFY_IP_MAX: '0',
  OTP_LENGTHEN_AFTER: '0',
};

export type Service = Awaited<ReturnType<typeof startService>>;

export { patientRedis } from './process.js';

/** A service on this Redis, with shared secrets and console delivery. */
export function startRedisService(redisUrl: string, env: Record<string, string> = {}): Promise<Service> {
  const redis = { STORE: 'redis', REDIS_URL: redisUrl };
  return startService({ ...sharedSecrets, ...redis, LOG_LEVEL: 'warn', ...env });
}

/** A client that requests codes, reads them from the output of the service and verifies them. */
export function createFleetClient() {
  const client = createHttpClient();
  const request = (service: Service, body: object) => client.post(`${service.url}/api/v1/otp/request`, body);
  const verify = (service: Service, body: object) => client.post(`${service.url}/api/v1/otp/verify`, body);

  /** The last code that the service wrote for this identity; at most 10 digits. */
  async function readCode(service: Service, identity: string): Promise<string> {
    const [, code = ''] = await service.waitFor(
      new RegExp(`code (\\d{4,10}) for ${identity.replace('+', '\\+')} `),
    );
    service.output.stdout = '';
    return code;
  }

  async function obtain(service: Service, identity: string, options: object = {}): Promise<string> {
    const answer = await request(service, { identity, ...options });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return readCode(service, identity);
  }
  return { client, request, verify, readCode, obtain, close: client.close };
}
