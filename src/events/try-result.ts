/** What the receiver made of one try. */
export type TryResult =
  | { status: 'delivered' }
  | FailedTry
  | { status: 'refused'; cause: string }
  /** It wants no more events (RFC 9110 §15.5.11). */
  | { status: 'gone' };

/** The receiver may accept the same event later. */
export interface FailedTry {
  status: 'failing';
  cause: string;
  waitMs: number;
}

export interface TryReports {
  onDelivered(): void;
  /** The event is not tried again. */
  onFailed(cause: string): void;
  /** The second try in a row that failed, of any events. */
  onFailing(cause: string): void;
  /** The receiver wants no more events. @param dropped how many were waiting */
  onGone(dropped: number): void;
}

/**
 * Reports the results of tries, the same for each kind of queue.
 *
 * @param end ends the queue, and returns how many events are left
 */
export function createTryReporter(reports: TryReports, end: () => number) {
  /** Tries that failed since one was answered. */
  let failures = 0;
  return {
    isFailing: () => failures > 0,
    /** Returns what failed, if the event may be tried again. */
    report(result: TryResult): FailedTry | undefined {
      if (result.status === 'failing') {
        failures += 1;
        if (failures === 2) reports.onFailing(result.cause);
        return result;
      }
      failures = 0;
      if (result.status === 'gone') reports.onGone(end());
      else if (result.status === 'delivered') reports.onDelivered();
      else reports.onFailed(`refused with ${result.cause}`);
      return undefined;
    },
  };
}
