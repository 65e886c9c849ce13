import { createOtp } from 'stateless-otp';
import { createStatelessStore } from 'stateless-otp/stores/none';
import { createWebhookTransport } from 'stateless-otp/transports/webhook';

/** @typedef {Record<'OTP_SECRET_KEY' | 'JWT_SECRET' | 'WEBHOOK_URL' | 'WEBHOOK_SECRET', string>} Env */

/** @param {Env} env */
function create(env) {
  // For a receiver on this machine, to try it out.
  const isLocal = env.WEBHOOK_URL.startsWith('http://127.0.0.1:');
  return createOtp({
    secretKey: env.OTP_SECRET_KEY,
    jwtSecret: env.JWT_SECRET,
    store: createStatelessStore(),
    transports: [
      createWebhookTransport({
        url: env.WEBHOOK_URL,
        secret: env.WEBHOOK_SECRET,
        channels: ['email'],
        allowInsecureHttp: isLocal,
        allowPrivateTargets: isLocal,
      }),
    ],
    unsafeInsecureCookies: isLocal,
  });
}

/** @type {ReturnType<typeof create> | undefined} */
let otp;

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   * @param {{ waitUntil(work: Promise<unknown>): void }} context
   */
  async fetch(request, env, context) {
    otp ??= create(env);
    if (new URL(request.url).pathname === '/me') {
      const [, token] = /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
      const check = await otp.verifyToken(token);
      if (check.active && check.claims.purpose === 'sign-in')
        return Response.json({ identity: check.claims.sub });
      return new Response(null, { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } });
    }
    return otp.handler(request, {
      remoteAddress: request.headers.get('cf-connecting-ip'),
      waitUntil: (work) => context.waitUntil(work),
    });
  },
};
