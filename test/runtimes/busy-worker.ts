// A Worker that is asked for much at once, by people and by providers that are slow.
import { createOtp, type Otp, type OtpOptions } from 'stateless-otp';
import { createStatelessStore } from 'stateless-otp/stores/none';
import { createWebhookTransport } from 'stateless-otp/transports/webhook';

const secret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=';

function create(sink: string, more: Partial<OtpOptions>): Otp {
  const webhook = { secret, allowInsecureHttp: true, allowPrivateTargets: true, timeoutMs: 60_000 };
  return createOtp({
    secretKey: 'MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=',
    jwtSecret: 'test-only-jwt-secret-0123456789-abcdefghij',
    store: createStatelessStore(),
    transports: [createWebhookTransport({ ...webhook, url: `${sink}/mail` })],
    requestIpMax: 1000,
    ...more,
  });
}

let background: Otp | undefined;
let direct: Otp | undefined;

// biome-ignore lint/style/noDefaultExport: workerd looks for one.
export default {
  async fetch(
    request: Request,
    { SINK }: { SINK: string },
    context: { waitUntil(work: Promise<unknown>): void },
  ): Promise<Response> {
    background ??= create(SINK, {
      shouldSend: () => true,
      deliverySpreadMs: 100,
      eventsUrl: `${SINK}/events`,
      eventsSecret: secret,
      eventsAllowPrivateTargets: true,
    });
    direct ??= create(SINK, { deliveryTimeoutMs: 1000 });
    const otp = request.headers.get('x-delivery') === 'direct' ? direct : background;
    return otp.handler(request, { waitUntil: (work) => context.waitUntil(work) });
  },
};
