import type { KeyObject } from 'node:crypto';
import { explainConnection, privateTarget } from '../core/connection-causes.js';
import type { Clock, MonotonicClock } from '../ports.js';
import { nameNetworkError, noAnswerInTime } from '../transports/network-error.js';
import { isSuccess, parseRetryAfter, readBody } from '../transports/post.js';
import { createAgents, createPublicFetch } from '../transports/public-fetch.js';
import { createWebhookHeaders } from '../transports/webhook-signature.js';
import type { TryResult } from './try-result.js';

export interface OutgoingEvent {
  /** The same at every try, so that receivers can tell repetitions. */
  id: string;
  body: string;
}

export interface EventsTarget {
  url: string;
  secret: KeyObject;
  allowPrivateTargets: boolean;
}

export interface PosterOptions extends EventsTarget {
  /** For the time that is signed. */
  clock: Clock;
  monotonicClock: MonotonicClock;
}

const timeoutMs = 10_000;
const target = 'the URL for events';
const hints = { address: target, tls: target, certificateName: target };
/** Shorter than servers keep idle connections: Node has 5 seconds. */
const idleMs = 4000;
/** A receiver that is restarted or busy: Request Timeout, Too Early, Too Many Requests. */
const passingStatuses: readonly number[] = [408, 425, 429];

/** Posts events by the Standard Webhooks scheme, over connections that are kept: a repeated event does no harm. */
export function createEventPoster(options: PosterOptions) {
  const { url, secret, allowPrivateTargets, clock, monotonicClock } = options;
  const agents = createAgents(idleMs);
  const fetch = createPublicFetch({ allowPrivateTargets, agents });
  const underWay = new Set<AbortController>();

  return {
    /** Never rejects. */
    async post({ id, body }: OutgoingEvent): Promise<TryResult> {
      const aborter = new AbortController();
      underWay.add(aborter);
      const timer = monotonicClock.after(timeoutMs, () => aborter.abort());
      const headers = createWebhookHeaders(secret, id, body, clock());
      const { signal } = aborter;
      try {
        const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
        // A connection is used again only after its answer was read.
        await readBody(response);
        return judge(response, clock());
      } catch (error) {
        return { status: 'failing', cause: explain(error, signal), waitMs: 0 };
      } finally {
        timer.close();
        underWay.delete(aborter);
      }
    },
    /** Aborts the requests that are under way. */
    close(): void {
      for (const aborter of underWay) aborter.abort();
      agents?.http.destroy();
      agents?.https.destroy();
    },
  };
}

function explain(error: unknown, { aborted }: AbortSignal): string {
  if (aborted) return noAnswerInTime;
  const code = nameNetworkError(error);
  if (code === privateTarget) return `the host name leads to an address that is not public (${code})`;
  return explainConnection(code, hints) ?? code;
}

function judge(response: Response, now: number): TryResult {
  const { status, headers } = response;
  if (isSuccess(response)) return { status: 'delivered' };
  if (status === 410) return { status: 'gone' };
  const cause = `HTTP ${status}`;
  if (status < 500 && !passingStatuses.includes(status)) return { status: 'refused', cause };
  return { status: 'failing', cause, waitMs: (parseRetryAfter(headers.get('retry-after'), now) ?? 0) * 1000 };
}
