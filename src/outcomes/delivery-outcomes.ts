import type { Channel } from '../core/policy.js';
import type { Fault, RefusalCategory } from '../core/refusal.js';
import type { Call, Subject } from './call.js';

export interface Timed {
  durationMs?: number | undefined;
}

/** What a provider or its transport said. */
export interface Answered {
  /** Undefined when none was tried. */
  transport?: string | undefined;
  /** The provider's id of the message. */
  providerId?: string | undefined;
}

/** Why a message was not accepted. */
export interface Refused {
  category: RefusalCategory;
  fault: Fault;
  /** In words. */
  cause: string;
  /** The codes of the answer, such as `HTTP 400 21211`. */
  detail: string;
}

export interface ToChannel {
  channel: Channel;
}

interface OfDelivery extends Call, Subject, ToChannel, Answered, Timed {}

/** In the background only; otherwise `code.sent` says it. */
interface DeliveryDelivered extends OfDelivery {
  event: 'delivery.delivered';
  status: 'delivered';
}

/** A message in the background will be tried again. Reported at once and then in growing intervals. */
interface DeliveryFailing extends OfDelivery, Refused {
  event: 'delivery.failing';
  status: 'failing';
}

/** Given up, possibly because its code `expired` in the queue. The answer to a request that waited has `action`. */
interface DeliveryFailed extends OfDelivery, Refused {
  event: 'delivery.failed';
  action?: 'request' | undefined;
  status: 'delivery_failed' | 'expired';
}

/** A refused send could not be given back to its limit. */
interface ReleaseFailed extends Call, Subject {
  event: 'release.failed';
  cause: string;
}

export type DeliveryOutcome =
  | DeliveryDelivered
  | DeliveryFailing
  | DeliveryFailed
  | ReleaseFailed
  | { event: 'delivery.lost'; lost: number }
  | { event: 'breaker.opened' | 'breaker.closed'; transport: string; cause?: string | undefined };
