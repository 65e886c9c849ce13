import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createRefusal } from '../../src/core/refusal.js';
import type { OtpOptions, Receipt, Store, Transport } from '../../src/index.js';
import { createRedisStore } from '../../src/stores/redis.js';
import { createSmtpTransport } from '../../src/transports/smtp.js';
import { createCertificate } from '../helpers/certificate.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { createTestOtp } from '../helpers/otp.js';
import { keepLines } from '../helpers/outcomes.js';
import { startRedis } from '../helpers/redis.js';
import { startSmtpServer } from '../helpers/smtp.js';
import { until } from '../helpers/until.js';

const alice = 'alice@example.com';

type Kit = ReturnType<typeof createTestOtp>;
interface Incident {
  what: string;
  createTransport?: () => Promise<Transport> | Transport;
  options?: Partial<OtpOptions>;
  /** What happens before the person complains. Default: one request. */
  happen?: (kit: Kit, identity: string) => Promise<unknown>;
  /** What the status says of the last send. */
  outcome?: string;
  cause?: RegExp | null;
  /** The limit that the status shows to be used up. */
  limit?: string;
  /** A line of the log about this identity. */
  line: Record<string, unknown>;
}

const answering = (answer: () => Promise<Receipt>): Transport => ({
  name: 'provider',
  channels: ['email'],
  send: answer,
});

/** Mail by a real server that does as the test says. */
async function mailBy(
  server: Parameters<typeof startSmtpServer>[0],
  options: Partial<Parameters<typeof createSmtpTransport>[0]> = {},
): Promise<Transport> {
  const { port } = await startSmtpServer(server);
  const transport = createSmtpTransport({ host: '127.0.0.1', port, from: 'codes@example.org', ...options });
  stopAtEnd(async () => transport.close?.());
  return transport;
}

const refuseAtRcpt = (code: number, text: string) =>
  mailBy({
    onRcptTo: (_address, _session, callback) =>
      callback(Object.assign(new Error(text), { responseCode: code })),
  });

const incidents: Incident[] = [
  {
    what: 'a typo that the server knows to be one',
    createTransport: () => refuseAtRcpt(550, '5.1.1 No such user here'),
    outcome: 'delivery_failed',
    cause: /550/,
    line: { event: 'delivery.failed', category: 'invalid_recipient' },
  },
  {
    what: 'someone whom the gate does not let in',
    options: { gateAllow: ['@example.org'] },
    outcome: 'withheld',
    cause: /^not_allowed$/,
    line: { event: 'code.withheld', cause: 'not_allowed' },
  },
  {
    what: 'a message that waits',
    createTransport: () => answering(() => new Promise(() => {})),
    options: { deliveryMode: 'background' },
    outcome: 'queued',
    cause: null,
    line: { event: 'code.sent', status: 'queued' },
  },
  {
    what: 'a greylist',
    createTransport: () => refuseAtRcpt(450, '4.7.1 Greylisted, try again in five minutes'),
    options: { deliveryMode: 'background' },
    outcome: 'failing',
    cause: /450/,
    line: { event: 'delivery.failing' },
  },
  {
    what: 'a certificate that nobody vouches for',
    createTransport: () => mailBy({ secure: true, ...createCertificate() }, { secure: true }),
    outcome: 'delivery_failed',
    cause: /self-signed|DEPTH_ZERO|certificate|ESOCKET/i,
    line: { event: 'delivery.failed', transport: 'smtp' },
  },
  {
    what: 'a wrong password',
    createTransport: () =>
      mailBy(
        {
          authOptional: false,
          onAuth: (_auth, _session, callback) =>
            callback(Object.assign(new Error('5.7.8 No'), { responseCode: 535 })),
        },
        { username: 'otp', password: 'wrong' },
      ),
    outcome: 'delivery_failed',
    cause: /535/,
    line: { event: 'delivery.failed', category: 'unauthorized' },
  },
  {
    what: 'a refusal of the provider',
    createTransport: () => answering(async () => createRefusal('rejected', 'HTTP 400 21408')),
    outcome: 'delivery_failed',
    cause: /21408/,
    line: { event: 'delivery.failed', category: 'rejected', transport: 'provider' },
  },
  {
    what: 'a limit',
    options: { requestIdentityMax: 2 },
    async happen({ otp }, identity) {
      for (let i = 0; i < 3; i++) await otp.request(identity);
    },
    outcome: 'delivered',
    cause: null,
    limit: 'request_identity',
    line: { event: 'budget.reached', limit: 'request_identity' },
  },
  {
    what: 'a breaker that is open',
    createTransport: () => answering(async () => createRefusal('unavailable', 'connection refused')),
    async happen({ otp }, identity) {
      for (let i = 0; i < 6; i++) await otp.request(`person${i}@host${i}.example`);
      await otp.request(identity);
    },
    outcome: 'delivery_failed',
    cause: /every transport of the channel is down/,
    line: { event: 'delivery.failed', category: 'unavailable' },
  },
  {
    what: 'a code that expired in the queue',
    createTransport: () => answering(async () => createRefusal('unavailable', 'connection refused')),
    options: { deliveryMode: 'background' },
    async happen({ otp, clock }, identity) {
      for (let i = 0; i < 6; i++) await otp.request(`person${i}@host${i}.example`);
      await new Promise(setImmediate);
      await otp.request(identity);
      for (let i = 0; i < 301; i++) {
        clock.advance(1000);
        await new Promise(setImmediate);
      }
    },
    outcome: 'expired',
    cause: /connection refused|every transport|expired/,
    line: { event: 'delivery.failed', status: 'expired' },
  },
];

/** Undefined: the one of the library, which goes by the clock of the test. */
const stores: Record<string, () => Promise<Store | undefined>> = {
  'the memory store': async () => undefined,
  Redis: async () => {
    const server = await startRedis();
    stopAtEnd(() => server.stop());
    const store = await createRedisStore({ url: server.url, timeoutMs: 10_000 });
    stopAtEnd(() => store.close());
    return store;
  },
};

for (const [name, createStore] of Object.entries(stores)) {
  describe(`no mail came: on ${name}, the status and the log name`, () => {
    let store: Store | undefined;
    before(async () => {
      store = await createStore();
    });
    for (const [index, incident] of incidents.entries()) {
      test(incident.what, async () => {
        const { lines, logger } = keepLines();
        const transport = await incident.createTransport?.();
        const kit = createTestOtp({
          logger,
          ...(store ? { store } : {}),
          ...(transport ? { transports: [transport] } : {}),
          ...incident.options,
        });
        const identity = `${index}${alice}`;
        await (incident.happen ?? (({ otp }) => otp.request(identity)))(kit, identity);

        const read = async () => {
          const status = await kit.otp.operator.status(identity);
          assert.ok(status.status === 'found');
          return status;
        };
        await until(`${incident.what} is ${incident.outcome}`, async () => {
          return (await read()).pending[0]?.lastSend.outcome === incident.outcome;
        });
        const { identityTag, pending, budgets } = await read();
        const { cause } = pending[0]?.lastSend ?? {};
        if (incident.cause === null) assert.equal(cause, null);
        else assert.match(cause ?? '', incident.cause as RegExp);
        const usedUp = budgets.filter(({ used, max }) => used >= max).map(({ limit }) => limit);
        assert.deepEqual(usedUp, incident.limit === undefined ? [] : [incident.limit]);

        const about = lines.filter((line) => line['identity_tag'] === identityTag);
        const isIt = (line: Record<string, unknown>) =>
          Object.entries(incident.line).every(([member, value]) => line[member] === value);
        assert.ok(about.some(isIt), JSON.stringify(about));
        assert.doesNotMatch(JSON.stringify([lines, pending]), /alice/);
      });
    }
  });
}
