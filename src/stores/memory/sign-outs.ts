import { isLive } from '../../core/device-token.js';
import { type Expiring, ExpiringMap } from './expiring-map.js';

interface SignOut extends Expiring {
  /** Sign-ins up to this second have ended. */
  endedSeconds: number;
  /** Of the latest sign-in since. */
  latestSeconds: number;
}

/** Until when the sign-ins of each identity have ended; times are whole seconds, as in tokens. */
export class SignOuts {
  readonly #signOuts: ExpiringMap<SignOut>;

  constructor(maxEntries: number) {
    this.#signOuts = new ExpiringMap(maxEntries);
  }

  /** The second up to which sign-ins have ended. */
  find(identityTag: string, now: number): number | undefined {
    return this.#signOuts.load(identityTag, now)?.endedSeconds;
  }

  /** Whether a sign-in at this time has ended: signed out since, or older than `ttlSeconds`. */
  haveEnded(
    identityTag: string,
    authTimeSeconds: number,
    ttlSeconds: number | undefined,
    now: number,
  ): boolean {
    if (ttlSeconds !== undefined && !isLive(authTimeSeconds, ttlSeconds, toSeconds(now))) return true;
    const endedSeconds = this.find(identityTag, now);
    return endedSeconds !== undefined && authTimeSeconds <= endedSeconds;
  }

  /** Ends every sign-in until now. */
  add(identityTag: string, keepSeconds: number, now: number): void {
    const endedSeconds = Math.max(toSeconds(now), this.#signOuts.load(identityTag, now)?.latestSeconds ?? 0);
    const expiresAt = now + keepSeconds * 1000;
    this.#signOuts.save(identityTag, { endedSeconds, latestSeconds: endedSeconds, expiresAt }, now);
  }

  /** The time of a sign-in now: later than the last sign-out, even within the same second. */
  timeSignIn(identityTag: string, now: number): number {
    const signOut = this.#signOuts.load(identityTag, now);
    if (!signOut) return toSeconds(now);
    const seconds = Math.max(toSeconds(now), signOut.endedSeconds + 1);
    signOut.latestSeconds = Math.max(signOut.latestSeconds, seconds);
    return seconds;
  }
}

function toSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
