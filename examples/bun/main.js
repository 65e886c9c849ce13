import { createOtp } from 'stateless-otp';
import { createWebhookTransport } from 'stateless-otp/transports/webhook';

const {
  OTP_SECRET_KEY = '',
  JWT_SECRET = '',
  WEBHOOK_URL = '',
  WEBHOOK_SECRET = '',
  PORT = '3000',
} = process.env;
// For a receiver on this machine, to try it out.
const isLocal = WEBHOOK_URL.startsWith('http://127.0.0.1:');
const otp = createOtp({
  secretKey: OTP_SECRET_KEY,
  jwtSecret: JWT_SECRET,
  transports: [
    createWebhookTransport({
      url: WEBHOOK_URL,
      secret: WEBHOOK_SECRET,
      channels: ['email'],
      allowInsecureHttp: isLocal,
      allowPrivateTargets: isLocal,
    }),
  ],
  unsafeInsecureCookies: isLocal,
});

/** @param {Request} request */
async function answerMe(request) {
  const [, token] = /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
  const check = await otp.verifyToken(token);
  if (check.active && check.claims.purpose === 'sign-in')
    return Response.json({ identity: check.claims.sub });
  return new Response(null, { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } });
}

const server = Bun.serve({
  port: Number(PORT),
  hostname: '127.0.0.1',
  fetch: (request, server) =>
    new URL(request.url).pathname === '/me'
      ? answerMe(request)
      : otp.handler(request, { remoteAddress: server.requestIP(request)?.address }),
});
console.log(`Listening on ${server.url}`);
