import { createServer } from 'node:http';
import { createOtp, generateSecretKey } from 'stateless-otp';
import { createNodeListener } from 'stateless-otp/node';
import { createConsoleTransport } from 'stateless-otp/transports/console';
import { createInbox } from 'stateless-otp/transports/inbox';

const inbox = createInbox();
const otp = createOtp({
  // Generated for each run. Keep yours in the environment, or a restart ends every token.
  secretKey: process.env.OTP_SECRET_KEY ?? generateSecretKey(),
  jwtSecret: process.env.JWT_SECRET ?? generateSecretKey(),
  transports: [createConsoleTransport({ inbox })],
  // Shows every code at /dev/inbox.
  unsafeDevInbox: process.env.NODE_ENV === 'production' ? undefined : inbox,
});

/** @param {Request} request */
async function respondMe(request) {
  const [, token] = /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
  const check = await otp.verifyToken(token);
  if (check.active && check.claims.purpose === 'sign-in') {
    return Response.json({ identity: check.claims.sub });
  }
  return new Response(null, { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } });
}

const listener = createNodeListener(async (request, info) => {
  const { pathname } = new URL(request.url);
  return pathname === '/me' ? respondMe(request) : otp.handler(request, info);
});
const server = createServer(listener).listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log('Listening', server.address());
});
