import express from 'express';
import { createOtp, generateSecretKey } from 'stateless-otp';
import { createExpressMiddleware, requireToken } from 'stateless-otp/express';
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

const app = express();
app.use(createExpressMiddleware(otp.handler));
app.get('/me', requireToken(otp), (req, res) => {
  res.json({ identity: req.claims?.sub });
});
const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log('Listening', server.address());
});
