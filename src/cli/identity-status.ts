import type { z } from '@hono/zod-openapi';
import { daySeconds } from '../core/policy.js';
import type { listOperatorSchemas } from '../http/operator-schemas.js';

/** What `POST /api/v1/operator/status` answers. */
export type IdentityStatus = z.infer<ReturnType<ReturnType<typeof listOperatorSchemas>['identityStatus']>>;
type SideStatus = Pick<IdentityStatus, 'budgets' | 'guesses'>;

export function formatStatus(status: IdentityStatus): string {
  const { identity_tag, pending, known, signed_out_at, ...unknown } = status;
  const lines = [`identity   ${identity_tag} in the log`];
  if (pending.length === 0) lines.push('code       none pending: none was requested, or it was used');
  for (const { purpose, channel, bound, age_seconds, attempts_left, code_length, last_send } of pending) {
    const { transport, outcome, cause, at } = last_send;
    const kind = bound ? ', bound to the browser or program that asked' : '';
    lines.push(
      `code       for ${purpose ?? 'a purpose that is gone'}, ${code_length} digits, ${age_seconds} s old, ${attempts_left} attempts left${kind}`,
      `last send  ${sayOutcome[outcome] ?? outcome} by ${channel}${transport === null ? '' : ` (${transport})`} at ${at}${cause === null ? '' : `: ${sayCause[cause] ?? cause}`}`,
    );
  }
  lines.push(...describeSide(unknown));
  if (known) lines.push(...describeSide(known).map((line) => `${line}, of known browsers`));
  lines.push(`signed out everywhere: ${signed_out_at ?? 'never'}`);
  // A cause may quote a server, which must not control the terminal.
  return `${lines.map((line) => line.replace(/\p{Cc}/gu, ' ')).join('\n')}\n`;
}

function describeSide({ budgets, guesses }: SideStatus): string[] {
  const lines = budgets.map(({ limit, used, max, refills_in_seconds }) => {
    const isFull = used >= max ? ', so the next is refused' : '';
    const refill = used === 0 ? '' : `, one is free again in ${refills_in_seconds} s`;
    return `limit      ${limit}: ${used} of ${max}${isFull}${refill}`;
  });
  const reset =
    guesses.used === 0 ? '' : `, forgotten in ${Math.ceil(guesses.resets_in_seconds / daySeconds)} days`;
  const most = guesses.max === 0 ? '' : ` of ${guesses.max} before codes get longer`;
  return [...lines, `guesses    ${guesses.used} wrong${most}${reset}`];
}

const sayOutcome: Readonly<Record<string, string>> = {
  queued: 'waits or is being sent',
  delivered: 'accepted by the provider',
  withheld: 'withheld: nothing is sent',
  failing: 'refused for now, will be retried',
  delivery_failed: 'given up',
  expired: 'given up, the code expired while it waited',
};

const sayCause: Readonly<Record<string, string>> = {
  not_allowed: 'not allowed by GATE_ALLOW, GATE_FILE or shouldSend (not_allowed)',
  test_identity: 'a test identity (test_identity)',
};
