// The same journey on every runtime that the package is for. It uses the package as it is installed, and no test
// framework, since not every runtime has one.
import { createOtp, type Otp, type OtpOptions, type Store } from 'stateless-otp';
import { createMemoryStore } from 'stateless-otp/stores/memory';
import { createStatelessStore } from 'stateless-otp/stores/none';
import { createWebhookTransport } from 'stateless-otp/transports/webhook';
import { createPageClient } from '../helpers/page-client.js';

export type StoreName = 'memory' | 'none';

export interface JourneyOptions {
  store: StoreName;
  /** Of the test, which takes messages and events by POST and answers them to GET. */
  sink: string;
  /** Private keys as PEM. */
  privateKeys: Record<'ES256' | 'EdDSA', string>;
  /** Whether the program itself resolves names, and not the network that it is in. */
  resolvesNames: boolean;
}

const identity = 'alice@example.com';
/** As people paste it. */
const typedIdentity = '\u202aAlice@EXAMPLE.com\u00a0';
const secretKey = 'MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=';
const jwtSecret = 'test-only-jwt-secret-0123456789-abcdefghij';
const webhookSecret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=';

/** @returns the names of the steps that were taken; rejects at the first that went wrong */
export async function runJourney(options: JourneyOptions): Promise<string[]> {
  const steps: string[] = [];
  const parts = createParts(options);
  const all = {
    ...journey,
    ...(options.store === 'none' ? stateless : {}),
    ...(options.resolvesNames ? resolving : {}),
  };
  for (const [name, step] of Object.entries(all)) {
    try {
      await step(parts);
    } catch (error) {
      const { stack, message } = error as Error;
      throw new Error(`${name}: ${message}\n${stack}`);
    }
    steps.push(name);
  }
  return steps;
}

type Parts = ReturnType<typeof createParts>;

function createParts({ store, sink, privateKeys }: JourneyOptions) {
  let skewMs = 0;
  const clock = () => Date.now() + skewMs;
  const createStore = (): Store =>
    store === 'none' ? createStatelessStore({ clock }) : createMemoryStore({ clock });
  const webhook = { secret: webhookSecret, allowInsecureHttp: true };
  const transport = createWebhookTransport({ ...webhook, url: `${sink}/mail`, allowPrivateTargets: true });
  const create = (more: Partial<OtpOptions> = {}): Otp =>
    createOtp({
      secretKey,
      jwtSecret,
      store: createStore(),
      transports: [transport],
      clock,
      unsafeInsecureCookies: true,
      ...more,
    });
  return {
    sink,
    privateKeys,
    create,
    otp: create(),
    /** To a host name that leads to this machine. */
    inward: createWebhookTransport({ ...webhook, url: `${sink.replace('127.0.0.1', 'localhost')}/inward` }),
    skip: (seconds: number) => {
      skewMs += seconds * 1000;
    },
  };
}

interface Received {
  path: string;
  body: { identity?: string; code?: string; type?: string };
}

async function readSink({ sink }: Parts): Promise<Received[]> {
  return (await (await fetch(sink)).json()) as Received[];
}

/** The last code that was sent. */
async function readCode(parts: Parts): Promise<string> {
  const mails = (await readSink(parts)).filter(({ path }) => path === '/mail');
  return mails.at(-1)?.body.code ?? '';
}

function expect(actual: unknown, wanted: unknown, what: string): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(wanted)];
  if (is !== should) throw new Error(`${what} is ${is}, not ${should}`);
}

async function post(otp: Otp, path: string, body: object, info: Parameters<Otp['handler']>[1] = {}) {
  const request = new Request(`https://otp.example.com${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const response = await otp.handler(request, { remoteAddress: '192.0.2.1', ...info });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, answer, code: answer.code };
}

/** A challenge and its code, through the handler. */
async function send(parts: Parts, otp = parts.otp) {
  const { status, answer } = await post(otp, '/api/v1/otp/request', { identity: typedIdentity, bind: true });
  expect(status, 200, 'the status of a request');
  return { challenge: String(answer.challenge), otp: await readCode(parts) };
}

const verify = (otp: Otp, body: object) => post(otp, '/api/v1/otp/verify', { identity, ...body });

/** Another text of the same alphabet and length. */
function change(text: string, at: number): string {
  return `${text.slice(0, at)}${text[at] === '7' ? '8' : '7'}${text.slice(at + 1)}`;
}

async function signIn(parts: Parts, otp = parts.otp): Promise<string> {
  const { status, answer } = await verify(otp, await send(parts, otp));
  expect(status, 200, 'the status of a verify');
  return String(answer.access_token);
}

const journey: Record<string, (parts: Parts) => Promise<void>> = {
  async 'a right code is answered with a token, which is active'(parts) {
    const token = await signIn(parts);
    const { answer } = await post(parts.otp, '/api/v1/token/verify', { token });
    expect(answer.active, true, 'the token');
    expect((answer.claims as { sub: string }).sub, identity, 'whom it names');
    const changed = await post(parts.otp, '/api/v1/token/verify', { token: change(token, token.length - 9) });
    expect(changed.answer, { active: false }, 'a changed token');
  },

  async 'a wrong code is refused, and the right one works afterwards'(parts) {
    const sent = await send(parts);
    const wrong = await verify(parts.otp, { ...sent, otp: change(sent.otp, 1) });
    expect([wrong.status, wrong.code], [401, 'invalid_code'], 'the answer to a wrong code');
    expect((await verify(parts.otp, sent)).status, 200, 'the status of the right one');
  },

  async 'a changed challenge is refused'(parts) {
    const sent = await send(parts);
    for (const at of [0, 10, sent.challenge.length - 2]) {
      const changed = await verify(parts.otp, { ...sent, challenge: change(sent.challenge, at) });
      expect([changed.status, changed.code], [410, 'expired_code'], `a challenge changed at ${at}`);
    }
  },

  async 'an expired code is refused'(parts) {
    const sent = await send(parts);
    parts.skip(400);
    const late = await verify(parts.otp, sent);
    expect([late.status, late.code], [410, 'expired_code'], 'the answer to an expired code');
  },

  async 'a person signs in on the page, in spite of a wrong code, and out'(parts) {
    const browser = createPageClient(parts.otp.handler);
    const first = await browser.get('/sign-in');
    expect(first.status, 200, 'the page');
    for (const [, url = ''] of first.text.matchAll(/(?:href|src)="([^"]*assets[^"]*)"/g)) {
      const { pathname } = new URL(url, 'http://localhost/sign-in');
      const asset = await browser.get(pathname);
      expect([asset.status, asset.text.length > 1000], [200, true], url);
    }
    const second = await browser.submit(first, '/sign-in', { identity });
    const code = await readCode(parts);
    const again = await browser.submit(second, '/sign-in/code', { otp: change(code, 1) });
    expect(/aria-invalid/.test(again.text), true, 'whether the page says that the code is wrong');
    const last = await browser.submit(again, '/sign-in/code', { otp: code.toLowerCase() });
    expect(last.text.includes(identity), true, 'whether the page says who is signed in');
    const out = await browser.submit(last, '/sign-out');
    expect(out.text.includes(identity), false, 'whether it still says so');
  },

  async 'tokens with a public key are issued, checked and published'(parts) {
    for (const [algorithm, jwtPrivateKey] of Object.entries(parts.privateKeys)) {
      const otp = parts.create({ jwtSecret: undefined, jwtPrivateKey });
      const token = await signIn(parts, otp);
      expect((await otp.verifyToken(token)).active, true, `the token of ${algorithm}`);
      const changed = change(token, token.length - 9);
      expect((await otp.verifyToken(changed)).active, false, `a changed token of ${algorithm}`);
      const jwks = await otp.handler(new Request('https://otp.example.com/.well-known/jwks.json'));
      const { keys } = (await jwks.json()) as { keys: { alg: string }[] };
      const published = keys.map(({ alg }) => alg);
      expect(published, [algorithm], 'the published keys');
    }
  },

  async 'messages and events that are sent after the answer can be waited for'(parts) {
    const events = { eventsUrl: `${parts.sink}/events`, eventsSecret: webhookSecret };
    const otp = parts.create({ shouldSend: () => true, ...events, eventsAllowPrivateTargets: true });
    const before = await readSink(parts);
    const work: Promise<unknown>[] = [];
    await post(
      otp,
      '/api/v1/otp/request',
      { identity, bind: true },
      { waitUntil: (promise) => void work.push(promise) },
    );
    expect(work.length, 1, 'how often waitUntil was called');
    await Promise.all(work);
    const after = (await readSink(parts)).slice(before.length);
    expect(
      after.map(({ path, body }) => `${path} ${body.type ?? ''}`).sort(),
      ['/events code.sent', '/events delivery.delivered', '/mail '],
      'what has arrived',
    );
    await otp.close();
  },
};

const stateless: Record<string, (parts: Parts) => Promise<void>> = {
  async 'what one instance has sent another verifies, which shares its secret only'(parts) {
    const [one, other] = [parts.create(), parts.create()];
    const sent = await send(parts, one);
    expect((await verify(other, sent)).status, 200, 'the status of a verify elsewhere');
  },
};

const resolving: Record<string, (parts: Parts) => Promise<void>> = {
  // Attack: a webhook whose name leads into the network of the service.
  async 'a webhook to a name that leads to a private address is not connected to'(parts) {
    const otp = parts.create({ transports: [parts.inward] });
    const { status, code } = await post(otp, '/api/v1/otp/request', { identity });
    expect([status, code], [502, 'delivery_failed'], 'the answer');
    const inward = (await readSink(parts)).filter(({ path }) => path === '/inward');
    expect(inward, [], 'what has arrived there');
  },
};
