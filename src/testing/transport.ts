import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type Fault, faultOf, type RefusalCategory } from '../core/refusal.js';
import type { Message, Receipt, Transport } from '../ports.js';
import { type HttpStub, type ReceivedRequest, type StubAnswer, startHttpStub } from './http-stub.js';

/** What a transport's own test provides. */
export interface TransportHarness {
  transport: Transport;
  /** What to send; its recipient is unusual, its code and recipient occur in the provider's words. */
  message: Message;
  /** What no `detail` may hold, besides the recipient and the code. */
  secrets: string[];
  /** Every recipient that the provider was told, as the provider was told. */
  recipients(): string[];
  /** The recipient as the provider is to be told. Default: byte for byte. */
  expectedRecipient?: string;
  behave(behaviour: Behaviour): void | Promise<void>;
  close(): Promise<void>;
}

/** What a transport is expected to answer. */
export interface TransportOutcome {
  category: RefusalCategory;
  fault: Fault;
  retryable: boolean;
  retryAfterSeconds?: number;
}

const outcomes = {
  refuse: { category: 'rejected', fault: 'account', retryable: false },
  unauthorized: { category: 'unauthorized', fault: 'account', retryable: false },
  throttle: { category: 'rate_limited', fault: 'account', retryable: true, retryAfterSeconds: 7 },
  // It may have been accepted before the provider failed.
  fail: { category: 'unknown', fault: 'connection', retryable: true },
  silence: { category: 'timeout', fault: 'connection', retryable: true },
  reset: { category: 'unknown', fault: 'connection', retryable: true },
  down: { category: 'unavailable', fault: 'connection', retryable: true },
} as const satisfies Record<string, TransportOutcome>;

/** What the provider does with the next message. */
export type Behaviour = 'accept' | keyof typeof outcomes;

/** The properties that every transport has. `differences` are outcomes that its protocol tells in another way. */
export function describeTransport(
  name: string,
  createHarness: () => Promise<TransportHarness>,
  differences: Partial<Record<Behaviour, TransportOutcome>> = {},
): void {
  describe(`${name} keeps the transport contract`, () => {
    let harness: TransportHarness;
    beforeEach(async () => {
      harness = await createHarness();
    });
    afterEach(async () => {
      await harness.transport.close?.();
      await harness.close();
    });

    const send = (signal = new AbortController().signal) =>
      harness.transport.send(harness.message, { signal });
    const expectRefusal = (receipt: Receipt, behaviour: keyof typeof outcomes) => {
      assert.ok(!receipt.ok);
      const { detail, ok, cause = detail, ...outcome } = receipt;
      const expected = differences[behaviour] ?? outcomes[behaviour];
      assert.deepEqual({ ...outcome, fault: faultOf(receipt) }, expected, detail);
      const { to, code } = harness.message;
      const secrets = [to, to.replace(/^\+/, ''), code, 'prose', ...harness.secrets];
      for (const text of [detail, cause]) {
        for (const secret of secrets) assert.ok(!text.includes(secret), `${behaviour}: ${text}`);
        assert.ok(text.length > 0 && text.length < 200);
      }
    };

    test('it says what it is called and which channels it serves', () => {
      assert.match(harness.transport.name, /^[a-z0-9-]+$/);
      assert.ok(harness.transport.channels.includes(harness.message.channel));
    });

    test('an accepted message has a receipt', async () => {
      await harness.behave('accept');
      assert.ok((await send()).ok);
    });

    // Attack: smuggle a second recipient into one send.
    test('the provider is told one recipient, byte for byte', async () => {
      await harness.behave('accept');
      await send();
      assert.deepEqual(harness.recipients(), [harness.expectedRecipient ?? harness.message.to]);
    });

    for (const [behaviour, property] of [
      ['refuse', 'a refused message is a definite refusal that is not worth another try'],
      ['unauthorized', 'wrong credentials are told from other refusals'],
      ['throttle', 'a provider that asks for patience is heard'],
      ['fail', 'a provider that fails leaves open what became of the message, unless it says so'],
      ['reset', 'a connection that breaks after the message leaves open what became of it'],
      ['down', 'a provider that cannot be reached has definitely not accepted anything'],
    ] as const) {
      // Every provider repeats recipient, code and credentials in its words.
      test(`${property}, without its words`, async () => {
        await harness.behave(behaviour);
        expectRefusal(await send(), behaviour);
      });
    }

    // Attack: a provider that never answers, to tie up the service's requests and memory.
    test('when the time is up it lets go of a silent provider at once', async () => {
      await harness.behave('silence');
      const controller = new AbortController();
      let abortedAt = 0;
      setTimeout(() => {
        abortedAt = performance.now();
        controller.abort();
      }, 100);
      expectRefusal(await send(controller.signal), 'silence');
      // At once, whatever the machine is busy with; its own limit is twice as long.
      assert.ok(abortedAt > 0 && performance.now() - abortedAt < 5000);
    });

    test('with the time already up nothing is sent', async () => {
      await harness.behave('accept');
      expectRefusal(await send(AbortSignal.abort()), 'silence');
      assert.deepEqual(harness.recipients(), []);
    });

    test('it recovers with its provider', async () => {
      await harness.behave('reset');
      assert.ok(!(await send()).ok);
      await harness.behave('accept');
      assert.ok((await send()).ok);
    });
  });
}

/** What an HTTP transport's own test provides. */
export interface HttpProvider extends Pick<TransportHarness, 'message' | 'secrets' | 'expectedRecipient'> {
  create(baseUrl: string): Transport;
  readRecipients(request: ReceivedRequest): string[];
  /** Answers as the provider documents them. */
  answers: Record<Exclude<Behaviour, 'silence' | 'reset' | 'down'>, StubAnswer>;
}

/** The contract over HTTP, against a stub that answers as the provider documents. */
export function describeHttpTransport(
  name: string,
  provider: HttpProvider,
  differences?: Partial<Record<Behaviour, TransportOutcome>>,
): void {
  describeTransport(
    name,
    async () => {
      const { create, readRecipients, answers, ...expected } = provider;
      const stub: HttpStub = await startHttpStub(answers.accept);
      return {
        ...expected,
        transport: create(stub.url),
        recipients: () => stub.received.flatMap(readRecipients),
        behave: (behaviour) =>
          behaviour === 'down'
            ? stub.close()
            : stub.answer(behaviour === 'silence' || behaviour === 'reset' ? behaviour : answers[behaviour]),
        close: stub.close,
      };
    },
    differences,
  );
}
