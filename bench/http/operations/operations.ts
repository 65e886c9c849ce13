import { bearerNew, bearerSeenBefore } from './bearer.js';
import { gateByCookie } from './gate.js';
import { get, getAsGate, post } from './hello.js';
import { humanCheckAsked, humanCheckRedeemed } from './human-check.js';
import { knownBrowserRequest, rememberingVerify } from './known-browser.js';
import type { Operation } from './operation.js';
import { requestOfRecipients } from './recipients.js';
import { request } from './request.js';
import { rightVerify, wrongVerify } from './verify.js';

/** What is compared is next to each other, since the cases of a round run in this order. */
export const operations = {
  post,
  request,
  'request, known browser': knownBrowserRequest,
  'right verify': rightVerify,
  'right verify, remember': rememberingVerify,
  'wrong verify': wrongVerify,
  get,
  'get as a gate': getAsGate,
  'bearer, seen before': bearerSeenBefore,
  'gate by cookie': gateByCookie,
  'bearer, new': bearerNew,
  'human check asked': humanCheckAsked,
  'human check redeemed': humanCheckRedeemed,
  'request of 1000 recipients': requestOfRecipients,
} satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;
