import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSmtpTransport } from '../../src/transports/smtp.js';
import { createMessage } from '../helpers/messages.js';
import { type ScriptedCommand, startScriptedSmtp } from '../helpers/scripted-smtp.js';

const stages = ['CONNECT', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'CONTENT', 'RSET'] as const;
const endings = [
  '421 4.3.2 closing',
  '421 4.7.0 too many connections',
  '432 4.3.2 Concurrent connections limit exceeded',
  '451 4.4.2 timeout',
  '450 4.2.1 busy',
  '550 5.7.1 no',
  'close',
  'reset',
  // Taken, and then cut off before the client hears of it.
  'take and reset',
] as const;

interface Trouble {
  stage: (typeof stages)[number];
  ending: (typeof endings)[number];
  /** Which of the connections, from 1. */
  connection: number;
  /** Only once it has taken so many messages. */
  taken: number;
}

const troubles = fc.array(
  fc.record<Trouble>({
    stage: fc.constantFrom(...stages),
    ending: fc.constantFrom(...endings),
    connection: fc.integer({ min: 1, max: 6 }),
    taken: fc.integer({ min: 0, max: 2 }),
  }),
  { minLength: 1, maxLength: 8 },
);

function cause(ending: Trouble['ending'], { socket }: ScriptedCommand): string | null {
  if (/^\d/.test(ending)) return ending;
  if (ending === 'close') socket.end();
  else socket.resetAndDestroy();
  return null;
}

// Attack: end sessions at the worst moments, to have codes sent twice, or given back after they were delivered.
test('whatever sessions end in, no message is taken twice, and a definite refusal was never taken', async () => {
  const scripts = fc.sample(troubles, { numRuns: 60, seed: 20261126 });
  const runs = scripts.map(async (script) => {
    const contents: string[] = [];
    const smtp = await startScriptedSmtp((command) => {
      const { line, connection, taken } = command;
      const trouble = script.find(
        (one) => line.startsWith(one.stage) && one.connection === connection && one.taken <= taken,
      );
      if (trouble?.ending === 'take and reset' && command.content !== '') contents.push(command.content);
      return trouble && cause(trouble.ending, command);
    });
    const transport = createSmtpTransport({
      host: '127.0.0.1',
      port: smtp.port,
      from: 'codes@example.org',
      maxConnections: 2,
      timeoutMs: 60_000,
    });
    try {
      const names = Array.from({ length: 8 }, (_, index) => `person${index}@example.com`);
      const all = names.map(async (to) => {
        const message = createMessage({ to, id: to });
        const receipt = await transport.send(message, { signal: new AbortController().signal, leftMs: 3000 });
        return { to, receipt };
      });
      const receipts = await Promise.all(all);
      contents.push(...smtp.contents);
      for (const { to, receipt } of receipts) {
        const times = contents.filter((content) => content.includes(`X-Entity-Ref-ID: ${to}`)).length;
        const where = `${to} taken ${times} times: ${JSON.stringify({ receipt, script })}`;
        assert.ok(times <= 1, where);
        if (receipt.ok) assert.equal(times, 1, where);
        else if (!['unknown', 'timeout'].includes(receipt.category)) assert.equal(times, 0, where);
      }
    } finally {
      await transport.close?.();
      await smtp.close();
    }
  });
  await Promise.all(runs);
});
