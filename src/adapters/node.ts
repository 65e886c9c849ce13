import type { RequestListener } from 'node:http';
import { refuseUnknownOptions } from '../core/known-options.js';
import { joinBatch } from '../fast/batch.js';
import type { Handler } from '../http/handler.js';
import { createAsk } from './ask.js';
import { sendAnswer } from './node-answer.js';
import { createNodeRequest } from './node-request.js';
import { findPeer, waitForTurn } from './turns.js';

export interface NodeListenerOptions {
  /** Has no effect any more; still accepted. */
  overrideGlobals?: boolean;
  /** Milliseconds after which a client that does not read its answer is disconnected. Default 15 000. */
  stalledTimeoutMs?: number | undefined;
}

/**
 * Serves a handler from `node:http`.
 *
 * @throws TypeError for an unknown option
 * @example
 * import { createServer } from 'node:http';
 * createServer(createNodeListener(otp.handler)).listen(8000);
 */
export function createNodeListener(handler: Handler, options: NodeListenerOptions = {}): RequestListener {
  refuseUnknownOptions(options, ['overrideGlobals', 'stalledTimeoutMs']);
  const { stalledTimeoutMs } = options;
  const ask = createAsk(handler);
  return async (incoming, outgoing) => {
    const exchange = { incoming, outgoing };
    const peer = findPeer(exchange);
    await waitForTurn(exchange, peer);
    // An app's code around the handler gets the body as it comes.
    if (handler.dispatch) await joinBatch();
    sendAnswer(outgoing, await ask(createNodeRequest(exchange, peer)), stalledTimeoutMs);
  };
}
