import fastify from 'fastify';
import { createOtp, generateSecretKey } from 'stateless-otp';
import { createFastifyPlugin, requireToken } from 'stateless-otp/fastify';
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

const app = fastify();
app.register(createFastifyPlugin(otp.handler));
app.get('/me', { onRequest: requireToken(otp) }, async (request) => ({ identity: request.claims?.sub }));
await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' });
console.log('Listening', app.server.address());
