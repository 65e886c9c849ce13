import { type Closing, refuseOnceClosing } from './closing.js';
import { createDerivation } from './core/derivation.js';
import { channels } from './core/policy.js';
import { createDelivery } from './delivery/delivery.js';
import { createEvents } from './events/events.js';
import { createRandomPool, type RandomPool } from './fast/random-pool.js';
import { createHandler, type Handler } from './http/handler.js';
import type { Route } from './http/route.js';
import { createSessionCookie } from './http/session-cookie.js';
import { createHumanCheck } from './human-check/human-check.js';
import { createRenderer } from './messages/render.js';
import { createMetrics } from './metrics/metrics.js';
import type { ResolvedOptions } from './options/resolve.js';
import type { Call } from './outcomes/call.js';
import { createLogSink } from './outcomes/log.js';
import { createOutcomes } from './outcomes/outcomes.js';
import type { MonotonicClock } from './ports.js';
import type { IssuedToken, Valid, Verified } from './results.js';
import { createDevices } from './service/devices.js';
import { checkCall, createLibraryCalls } from './service/library-calls.js';
import { createService, type Service } from './service.js';
import { createLinks } from './sign-in/links.js';
import { createSignInRoutes } from './sign-in/routes.js';
import { createSignOut } from './tokens/sign-out.js';
import { createTokens, type TokenCheck } from './tokens/tokens.js';
import { createUnderWay } from './under-way.js';

export interface Otp<Success extends Verified = Valid> extends Service<Success> {
  /** Whether a token is active, and its claims if it is. Never says why not. */
  verifyToken(token: unknown, call?: Call): Promise<TokenCheck>;
  /** Uses up a refresh token and returns its successors; null when it is invalid. */
  refresh(refreshToken: unknown, call?: Call): Promise<IssuedToken | null>;
  /** Ends an access token, or the sign-in of a refresh token. Ignores anything else. */
  revoke(token: unknown, call?: Call): Promise<void>;
  /** The HTTP API as a Web-standard handler. */
  handler: Handler;
  /** Resolves when the store is ready; rejects with the OtpError `store_unavailable` otherwise. */
  ping(): Promise<void>;
  /**
   * Closes the store and the transports. Messages in the background and events are sent for at most `graceMs` (default
   * 5000) before; how many were lost is logged. Every other call rejects from then on with the OtpError `store_unavailable`, and the
   * handler answers 503.
   */
  close(options?: { graceMs?: number }): Promise<void>;
}

/** Puts the parts of an installation together, without decisions. */
export function wire(
  resolved: ResolvedOptions,
  monotonicClock: MonotonicClock,
  pages: readonly Route[],
): Otp<Verified | Valid> {
  const { namespace, keys, clock, logger } = resolved;
  const random = createRandomPool();
  const closing: Closing = { hasBegun: false };
  const { metrics, events, outcomes } = createReports(resolved, monotonicClock, random);
  const opened = resolved.openStore();
  const store = metrics?.measureStore(opened) ?? opened;
  const entry = resolved.openEntry(monotonicClock, outcomes);
  const shouldSend = resolved.chooseRecipients(entry.admits);
  const derivation = createDerivation(keys, namespace);
  const common = { namespace, keys, store, clock, monotonicClock, random, logger, outcomes };
  const links = ifGiven(resolved.linkUrl, (publicUrl) =>
    createLinks({ ...common, key: keys.link, derivation, publicUrl }),
  );
  const underWay = createUnderWay();
  const delivery = createDelivery({
    ...resolved,
    timeoutMs: resolved.deliveryTimeoutMs,
    mode: resolved.deliveryMode,
    queueMax: resolved.deliveryQueueMax,
    discretion: ifGiven(resolved.spreadMs, (spreadMs) => ({ spreadMs, random })),
    clock: monotonicClock,
    outcomes,
    noteTry: metrics?.noteTry,
  });
  metrics?.watchQueue(delivery.count);
  const { deriveOwnerTags } = derivation;
  const tokens = ifGiven(resolved.tokenKeys, (tokenKeys) =>
    createTokens({
      ...resolved,
      ...common,
      deriveOwnerTags,
      // People who are no longer sent codes must not stay signed in.
      mayContinue: shouldSend,
      keys: tokenKeys,
      ttlSeconds: resolved.accessTokenTtlSeconds,
      refreshTtlSeconds: resolved.refreshTokenTtlSeconds,
      refreshKey: keys.refresh,
      lastingPurposes: resolved.bearerPurposes,
      isRevocationRequired: resolved.revocationRequired,
      readClaims: resolved.claims,
    }),
  );
  const devices = createDevices({ ...resolved, ...common, derivation });
  const service = createService({
    ...resolved,
    ...common,
    store: resolved.openCodeStore(store),
    delivery,
    devices,
    shouldSend,
    underWay,
    issueToken: tokens?.issue,
    signOut: createSignOut({ store, outcomes, deriveOwnerTags }),
    readClaims: resolved.claims,
    render: createRenderer({ ...resolved, isCodeInSubject: resolved.codeInSubject }),
    createLink: links?.create,
    findCountry: metrics?.findCountry,
    humanCheck: ifGiven(resolved.humanCheck, (choice) => createHumanCheck(choice, common)),
  });
  const isInsecure = resolved.unsafeInsecureCookies;
  const sessionCookie = createSessionCookie({ isInsecure, namespace, domain: resolved.cookieDomain });
  const served = channels.filter(delivery.serves);
  const pageParts = { service, devices, sessionCookie, isInsecure, channels: served, links };
  const signIn = ifGiven(tokens, (tokens) =>
    ifGiven(resolved.page, (page) =>
      createSignInRoutes({ ...resolved, ...common, ...page, ...pageParts, tokens }),
    ),
  );
  const handler = createHandler({
    ...resolved,
    ...common,
    service,
    tokens,
    entry,
    jwks: resolved.tokenKeys?.jwks,
    noteAnswer: metrics?.noteAnswer,
    async whenDone() {
      await underWay.whenEnded();
      // Afterwards, since the end of a message is an event too.
      await events?.whenDelivered();
    },
    sessionCookie,
    closing,
    channels: served,
    pages: [...pages, ...(signIn ?? [])],
  });
  return {
    ...refuseOnceClosing(closing, {
      ...createLibraryCalls(service, common),
      verifyToken: async (token: unknown, call?: Call) =>
        tokens?.check(token, checkCall(call)) ?? { active: false as const },
      refresh: async (token: unknown, call?: Call) => tokens?.refresh(token, checkCall(call)) ?? null,
      revoke: async (token: unknown, call?: Call) => tokens?.revoke(token, checkCall(call)),
      ping: () => store.ping(),
    }),
    operator: refuseOnceClosing(closing, service.operator),
    handler,
    async close({ graceMs = 5000 } = {}) {
      closing.hasBegun = true;
      const deadline = monotonicClock.now() + graceMs;
      await delivery.close(graceMs);
      // After delivery, which reports what became of the messages in the background.
      await events?.close(deadline);
      entry.close();
      // The store last: the outcome of background messages is still written to it.
      await store.close();
    },
  };
}

/** What is told what happens: the log, metrics and the receiver of events. */
function createReports(resolved: ResolvedOptions, monotonicClock: MonotonicClock, random: RandomPool) {
  const { clock, logger, transports } = resolved;
  const metrics = ifGiven(resolved.metrics, (registry) =>
    createMetrics(registry, { transports, clock: monotonicClock }),
  );
  const sinks = [createLogSink(logger), metrics?.sink];
  // Without events, which must not report their own loss.
  const outcomes = createOutcomes(sinks);
  const note = metrics?.noteEvent;
  const events = ifGiven(resolved.events, (target) =>
    createEvents({ ...target, clock, monotonicClock, random, outcomes, note }),
  );
  return { metrics, events, outcomes: createOutcomes([...sinks, events?.sink]) };
}

/** Makes a part that an installation may be without. */
function ifGiven<Given, Part>(given: Given | undefined, make: (given: Given) => Part): Part | undefined {
  return given === undefined ? undefined : make(given);
}
