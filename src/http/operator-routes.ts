import type { z } from '@hono/zod-openapi';
import { unblocksInWords } from '../core/unblocks.js';
import type { Call } from '../outcomes/call.js';
import type { InvalidIdentity } from '../results.js';
import type { Operator, OperatorDone, PendingCode, SideStatus } from '../service/operator.js';
import type { Service } from '../service.js';
import { readJsonBody } from './body.js';
import { replyInvalidIdentity } from './otp-routes.js';
import { replyProblem } from './problems.js';
import { type HttpReply, replyJson } from './reply.js';
import type { Route } from './route.js';
import type { Schemas } from './schemas.js';
import { signedOutEverywhere } from './token-routes.js';

export interface OperatorParts {
  service: Pick<Service, 'operator'>;
  schemas: Schemas;
}

type Status = Exclude<Awaited<ReturnType<Operator['status']>>, InvalidIdentity>;

/** What operators do for one identity, with an API key that has the right `operate`. */
export function createOperatorRoutes({ service, schemas }: OperatorParts): Route[] {
  const common = [
    'invalid_request',
    'invalid_identity',
    'unauthorized',
    'forbidden',
    'not_found',
    'store_unavailable',
  ] as const;
  const route = <Body extends 'ofIdentity' | 'unblock'>(
    verb: string,
    summary: string,
    done: readonly [description: string, schema: 'operatorDone' | 'identityStatus'],
    body: Body,
    answer: (asked: z.output<Schemas[Body]>, call: Call) => Promise<HttpReply>,
  ): Route => ({
    method: 'POST',
    path: `/api/v1/operator/${verb}`,
    access: ['operator'],
    document: {
      operationId: `operator${verb.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())}`,
      summary,
      body,
      answers: { 200: done },
      problems: body === 'unblock' ? [...common, 'rate_limited'] : common,
    },
    answer: async (request, { call }) => answer(await readJsonBody(request, schemas[body]), call),
  });
  return [
    route(
      'status',
      'What is pending for an identity, and what is used up',
      ['Codes, budgets, guesses and the last sign-out everywhere', 'identityStatus'],
      'ofIdentity',
      async ({ identity }, call) => {
        const result = await service.operator.status(identity, call);
        return result.status === 'found' ? replyStatus(result) : replyInvalidIdentity(result);
      },
    ),
    route(
      'cancel',
      'End the pending codes of an identity',
      ['They no longer work', 'operatorDone'],
      'ofIdentity',
      async ({ identity }, call) => replyDone(await service.operator.cancel(identity, call)),
    ),
    route(
      'unblock',
      'Forget what was counted for an identity: sends, attempts and wrong guesses',
      ['It starts with full budgets', 'operatorDone'],
      'unblock',
      async ({ identity, force }, call) => {
        const result = await service.operator.unblock(identity, { force: force ?? false }, call);
        if (result.status !== 'unblocked_often') return replyDone(result);
        return replyProblem(
          'rate_limited',
          `This identity was unblocked ${unblocksInWords}; with force: true it is done anyway`,
          { retry_after_seconds: result.retryAfterSeconds },
        );
      },
    ),
    route(
      'sign-out',
      'Sign an identity out everywhere, and end its pending codes',
      [signedOutEverywhere, 'operatorDone'],
      'ofIdentity',
      async ({ identity }, call) => replyDone(await service.operator.signOut(identity, call)),
    ),
  ];
}

function replyDone(result: OperatorDone | InvalidIdentity): HttpReply {
  if (result.status !== 'done') return replyInvalidIdentity(result);
  return replyJson(200, { success: true, identity_tag: result.identityTag, cancelled: result.cancelled });
}

function replyStatus({ identityTag, pending, known, signedOutAt, ...unknown }: Status): HttpReply {
  return replyJson(200, {
    identity_tag: identityTag,
    pending: pending.map(toWirePending),
    ...toWireSide(unknown),
    known: known && toWireSide(known),
    signed_out_at: signedOutAt === null ? null : toDate(signedOutAt),
  });
}

function toWireSide({ budgets, guesses }: SideStatus) {
  return {
    budgets: budgets.map(({ limit, used, max, refillsInSeconds }) => ({
      limit,
      used,
      max,
      refills_in_seconds: refillsInSeconds,
    })),
    guesses: { used: guesses.used, max: guesses.max, resets_in_seconds: guesses.resetsInSeconds },
  };
}

function toWirePending(code: PendingCode) {
  const { purpose, channel, isBound, ageSeconds, attemptsLeft, codeLength, lastSend } = code;
  return {
    purpose,
    channel,
    bound: isBound,
    age_seconds: ageSeconds,
    attempts_left: attemptsLeft,
    code_length: codeLength,
    last_send: { ...lastSend, at: toDate(lastSend.at) },
  };
}

/** RFC 3339, UTC. */
function toDate(ms: number): string {
  return new Date(ms).toISOString();
}
