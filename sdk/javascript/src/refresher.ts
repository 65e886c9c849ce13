import { decodeTokens, type Tokens } from './answers.js';
import { runWithDeadline } from './deadline.js';
import { OTPError } from './errors.js';
import { runOnce } from './run-once.js';
import type { Send } from './send.js';
import { type Kept, type KeptTokens, type Session, toKept, toTokens } from './session.js';

export interface RefresherOptions {
  send: Send;
  session: Session;
  /** The same for all pages that share the session. */
  name: string;
  timeoutMs: number;
}

/** Exchanges a refresh token for new tokens, once for all concurrent calls. */
export interface Refresher {
  refresh(signal: AbortSignal | undefined): Promise<Tokens>;
  /** Waits for the exchange under way; null without one, or if it failed. */
  settle(signal: AbortSignal | undefined): Promise<Tokens | null>;
}

const pollMs = 50;

export function createRefresher({ send, session, name, timeoutMs }: RefresherOptions): Refresher {
  let underWay: Promise<Tokens> | undefined;

  async function rotate(): Promise<Tokens> {
    const { refreshToken } = await loadRefreshable();
    const run = () => exchange(refreshToken);
    if (!session.isShared) return run();
    const giveUpAt = Date.now() + timeoutMs;
    while (Date.now() < giveUpAt) {
      const tokens = await runOnce(name, refreshToken, run);
      if (tokens) return tokens;
      // Another page is refreshing and will store the result.
      await new Promise((resolve) => setTimeout(resolve, pollMs));
      const kept = await loadRefreshable();
      if (kept.refreshToken !== refreshToken) return toTokens(kept);
    }
    throw new OTPError('timeout', 'Another page did not refresh the tokens in time');
  }

  async function loadRefreshable(): Promise<KeptTokens & { refreshToken: string }> {
    const { tokens } = await session.load();
    if (tokens?.refreshToken) return { ...tokens, refreshToken: tokens.refreshToken };
    throw new OTPError('invalid_token', 'There is no refresh token; sign in');
  }

  async function exchange(refreshToken: string): Promise<Tokens> {
    /** Otherwise someone has signed in or out in the meantime. */
    const isStillKept = (kept: Kept) => kept.tokens?.refreshToken === refreshToken;
    try {
      const answer = await send('/token/refresh', { body: { refresh_token: refreshToken } });
      const tokens = decodeTokens(answer, true);
      await session.change((kept) => {
        if (isStillKept(kept)) kept.tokens = toKept(tokens);
      });
      return tokens;
    } catch (error) {
      if (error instanceof OTPError && error.code === 'invalid_token') {
        await session.change((kept) => {
          if (isStillKept(kept)) kept.tokens = null;
        });
      }
      throw error;
    }
  }

  // Aborting one call does not abort the exchange that others share. Twice: it may wait for another page first.
  const wait = <Result>(signal: AbortSignal | undefined, run: () => Promise<Result>) =>
    runWithDeadline(2 * timeoutMs, signal, run);

  return {
    refresh: (signal) =>
      wait(signal, () => {
        underWay ??= rotate().finally(() => {
          underWay = undefined;
        });
        return underWay;
      }),
    settle: (signal) => wait(signal, async () => underWay?.catch(() => null) ?? null),
  };
}
