import { createOtp, generateSecretKey, type Otp } from 'stateless-otp';
import { createConsoleTransport } from 'stateless-otp/transports/console';
import { createInbox } from 'stateless-otp/transports/inbox';

function create(): Otp {
  const inbox = createInbox();
  return createOtp({
    // Generated for each run. Keep yours in the environment, or a restart ends every token.
    secretKey: process.env.OTP_SECRET_KEY ?? generateSecretKey(),
    jwtSecret: process.env.JWT_SECRET ?? generateSecretKey(),
    transports: [createConsoleTransport({ inbox })],
    // Shows every code at /dev/inbox.
    unsafeDevInbox: process.env.NODE_ENV === 'production' ? undefined : inbox,
  });
}

// Next loads a module once for each route, and again after each change; pending codes must outlive that.
const globals = globalThis as { otp?: Otp };
globals.otp ??= create();
export const otp = globals.otp;
