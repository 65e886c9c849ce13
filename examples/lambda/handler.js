import { createOtp } from 'stateless-otp';
import { createStatelessStore } from 'stateless-otp/stores/none';
import { createWebhookTransport } from 'stateless-otp/transports/webhook';

const { OTP_SECRET_KEY = '', JWT_SECRET = '', WEBHOOK_URL = '', WEBHOOK_SECRET = '' } = process.env;
// For a receiver on this machine, to try it out.
const isLocal = WEBHOOK_URL.startsWith('http://127.0.0.1:');
const otp = createOtp({
  secretKey: OTP_SECRET_KEY,
  jwtSecret: JWT_SECRET,
  store: createStatelessStore(),
  transports: [
    createWebhookTransport({
      url: WEBHOOK_URL,
      secret: WEBHOOK_SECRET,
      channels: ['email'],
      allowInsecureHttp: isLocal,
      allowPrivateTargets: isLocal,
    }),
  ],
});

/**
 * @typedef {object} Event What a function URL and an HTTP API (payload format 2.0) send.
 * @property {string} rawPath
 * @property {string} rawQueryString
 * @property {Record<string, string>} headers
 * @property {string[]} [cookies]
 * @property {string} [body]
 * @property {boolean} isBase64Encoded
 * @property {{ domainName: string, http: { method: string, sourceIp: string } }} requestContext
 */

/** @param {Event} event */
function toRequest({
  rawPath,
  rawQueryString,
  headers,
  cookies = [],
  body,
  isBase64Encoded,
  requestContext,
}) {
  const { domainName, http } = requestContext;
  return new Request(`https://${domainName}${rawPath}${rawQueryString && '?'}${rawQueryString}`, {
    method: http.method,
    headers: { ...headers, ...(cookies.length > 0 ? { cookie: cookies.join('; ') } : {}) },
    body: body === undefined ? null : Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
  });
}

/** At most 5 seconds of the work that goes on after an answer. @param {Promise<unknown>[]} works */
async function finish(works) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, 5000);
  });
  await Promise.race([Promise.all(works), limit]);
  clearTimeout(timer);
}

/** @param {Event} event */
export async function handler(event) {
  /** @type {Promise<unknown>[]} */
  const works = [];
  const response = await otp.handler(toRequest(event), {
    remoteAddress: event.requestContext.http.sourceIp,
    waitUntil: (work) => void works.push(work),
  });
  // Lambda stops the process as soon as this returns.
  await finish(works);
  const headers = new Headers(response.headers);
  headers.delete('set-cookie');
  return {
    statusCode: response.status,
    headers: Object.fromEntries(headers),
    cookies: response.headers.getSetCookie(),
    body: Buffer.from(await response.arrayBuffer()).toString('base64'),
    isBase64Encoded: true,
  };
}
