import { shortOpenRange } from '../../src/core/policy.js';
import {
  createOtp,
  type Message,
  type OtpOptions,
  type Receipt,
  type Store,
  type Transport,
} from '../../src/index.js';
import { createOtpOn as createOtpOnClock } from '../../src/otp.js';
import { createManualTime } from './clock.js';

export const secretKey = Buffer.from('0123456789abcdefghijklmnopqrstuv').toString('base64');
export const jwtSecret = 'test-only-jwt-secret-0123456789-abcdefghij';
/** Production takes only random ones. */
export const productionSecrets = {
  OTP_SECRET_KEY: 'NRJEJBkGCgkpIclonubwip2rm4LydEky2+slROh+8qQ=',
  JWT_SECRET: '56f7344ea183b6fd368ac3d395ec083b68a36c7c3d6c3ec03ef7738f16cfe6e8',
};

/** A transport that keeps what it was given and answers what the test says. */
export function createInbox(answer: () => Receipt | Promise<Receipt> = () => ({ ok: true })) {
  const messages: Message[] = [];
  const transport: Transport = {
    name: 'inbox',
    channels: ['email', 'sms', 'whatsapp', 'voice', 'custom'],
    async send(message) {
      messages.push(message);
      return answer();
    },
  };
  const lastCode = () => messages.at(-1)?.code ?? '';
  return { transport, messages, lastCode };
}

/** A code of the same length that is wrong. */
export function makeWrong(code: string): string {
  return ((Number(code) + 1) % 10 ** code.length).toString().padStart(code.length, '0');
}

/** The library on this store with an inbox; limits wide enough for many codes of one identity. */
export function createOtpOn(store: Store) {
  const inbox = createInbox();
  const transports = [inbox.transport];
  return { otp: createOtp({ secretKey, jwtSecret, store, transports, requestIdentityMax: 1000 }), inbox };
}

/** The library with an inbox; time passes when the test advances its clock. Calls without `ip` are not limited by address, limits over a day and over all identities are off, messages go out at once. */
export function createTestOtp(
  options: Partial<OtpOptions> & {
    answer?: () => Receipt | Promise<Receipt>;
    /** Share it with a store that is given. */
    time?: ReturnType<typeof createManualTime>;
  } = {},
) {
  const { answer, time = createManualTime(), ...rest } = options;
  const { clock, monotonicClock } = time;
  const inbox = createInbox(answer);
  const otp = createOtpOnClock(monotonicClock, {
    secretKey,
    jwtSecret,
    transports: [inbox.transport],
    clock,
    deliverySpreadMs: 0,
    dayBudgets: 'off',
    ...(rest.store?.isStateless ? {} : { shortOpenMax: shortOpenRange.max }),
    ...rest,
  });

  /** Requests a code and returns it. */
  async function obtain(identity: string, options?: Parameters<typeof otp.request>[1]): Promise<string> {
    const result = await otp.request(identity, options);
    if (result.status !== 'sent') throw new Error(`expected sent, got ${result.status}`);
    return inbox.lastCode();
  }

  return { otp, clock, inbox, obtain, wrong: makeWrong };
}

/** What an answer may hold; a test reads what it expects. */
export interface AnswerBody {
  [member: string]: unknown;
  active: boolean;
  access_token: string;
  challenge: string;
  claims: { sub: string };
  code: string;
  detail: string;
  instance: string;
  status: number;
}

export async function readBody(response: Response): Promise<AnswerBody> {
  return (await response.json()) as AnswerBody;
}

/** A problem without the id of its request, to be compared with another one. */
export function withoutInstance({ instance, ...body }: AnswerBody): object {
  return instance === undefined ? body : { ...body, instance: 'some' };
}

/** Posts JSON to a handler. */
export async function post(
  handler: (request: Request, info?: { remoteAddress?: string }) => Promise<Response>,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
) {
  const response = await handler(
    new Request(`http://localhost${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
    { remoteAddress: '192.0.2.1' },
  );
  return { status: response.status, headers: response.headers, body: await readBody(response) };
}
