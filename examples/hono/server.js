import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { createOtp, generateSecretKey } from 'stateless-otp';
import { createHonoHandler, requireToken } from 'stateless-otp/hono';
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

const app = new Hono();
app.mount('/', createHonoHandler(otp.handler));
app.get('/me', requireToken(otp), (c) => c.json({ identity: c.get('claims').sub }));
serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: '127.0.0.1' }, (address) => {
  console.log('Listening', address);
});
