import { z } from '@hono/zod-openapi';
import { type Channel, channels, limitNames } from '../core/policy.js';
import { unblocksInWords } from '../core/unblocks.js';
import { lastSendOutcomes } from '../service/send-notes.js';
import { answerBody, requestBody } from './named-schemas.js';

export function listOperatorSchemas(identity: z.ZodString, served: readonly Channel[]) {
  const identityTag = z
    .string()
    .openapi({ description: 'What log lines show for the identity', example: 'pYq1dG3x_a' });
  const side = {
    budgets: z.array(
      z.object({
        limit: z.enum(limitNames),
        used: z.int(),
        max: z.int(),
        refills_in_seconds: z.int().describe('Until less is used'),
      }),
    ),
    guesses: z.object({ used: z.int(), max: z.int(), resets_in_seconds: z.int() }),
  };
  return {
    ofIdentity: () => requestBody('OfIdentity', { identity }),
    unblock: () =>
      requestBody('Unblock', {
        identity,
        force: z.boolean().nullish().describe(`Also after ${unblocksInWords}. Default false`),
      }).openapi({ example: { identity: 'alice@example.com' } }),
    operatorDone: () =>
      answerBody('OperatorDone', {
        success: z.literal(true),
        identity_tag: identityTag,
        cancelled: z.int().describe('Pending codes that have ended'),
      }),
    identityStatus: () =>
      answerBody('IdentityStatus', {
        identity_tag: identityTag,
        pending: z.array(
          z.object({
            purpose: z.string().nullable(),
            channel: z.enum(channels).openapi({ enum: [...served] }),
            bound: z.boolean(),
            age_seconds: z.int(),
            attempts_left: z.int().describe('0 for a code that has expired, too'),
            code_length: z.int(),
            last_send: z.object({
              transport: z.string().nullable(),
              outcome: z.enum(lastSendOutcomes),
              cause: z.string().nullable().describe('Why, as in the log'),
              at: z.iso.datetime(),
            }),
          }),
        ),
        ...side,
        known: z.object(side).optional().describe('What the known browsers have used, if anything'),
        signed_out_at: z.iso.datetime().nullable(),
      }),
  };
}
