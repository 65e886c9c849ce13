import {
  readBearerStatus,
  readSent,
  readSuccess,
  readTokenStatus,
  readTokens,
  type SentOTP,
  type TokenStatus,
  type Tokens,
} from './answers.js';
import { OTPError } from './errors.js';
import { createRefresher, type Refresher } from './refresher.js';
import { createSend, type Send } from './send.js';
import { createSession, type OTPStorage, type Session, toKept } from './session.js';

export interface OTPClientOptions {
  /** The service with its base path, such as `https://otp.example.com/api/v1`; in a browser also `/api/v1`. */
  baseUrl: string;
  /** Default: the global `fetch`. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Limit on each call in milliseconds, the body of its answer included. Default 10 000. */
  timeoutMs?: number | undefined;
  /** Where the tokens and pending challenges are kept. Default: in memory, so they end with this client. */
  storage?: OTPStorage | undefined;
  /** Sent with every call, such as `X-API-Key`. Default: none. */
  headers?: Record<string, string> | undefined;
}

export interface CallOptions {
  /** Ends the call; it rejects with the code `aborted`. */
  signal?: AbortSignal | undefined;
}

export interface RequestOTPOptions extends CallOptions {
  /** `email`, `sms`, `whatsapp`, `voice` or `custom`. Default: the first that reaches the identity. */
  channel?: 'email' | 'sms' | 'whatsapp' | 'voice' | 'custom' | null | undefined;
  /** What the code is for, one of those the service is configured with. Default: the first of them. */
  purpose?: string | null | undefined;
  /** Make a code that works only together with the challenge that this client gets. Default false. */
  bind?: boolean | null | undefined;
  /** Send the code of this challenge again. Default: the one that is remembered for this identity and purpose. */
  challenge?: string | null | undefined;
  /** The language of the message, BCP 47; one that is unknown gives the default. Default: by `Accept-Language`. */
  locale?: string | null | undefined;
}

export interface VerifyOTPOptions extends CallOptions {
  /** Default: the one that is remembered for this identity and purpose, if any. */
  challenge?: string | null | undefined;
  /** What the code must be for. Default: the first of those the service is configured with. */
  purpose?: string | null | undefined;
}

/** A token that ends this soon is as good as expired. */
const expiryMarginMs = 5000;

/**
 * A client of a stateless-otp service, for one person: it keeps the token of whoever signed in last.
 * Every call rejects with `OTPError` and with nothing else.
 *
 * @example
 * const client = new OTPClient({ baseUrl: 'http://localhost:8000/api/v1' });
 * await client.requestOTP('alice@example.com');
 * await client.verifyOTP('alice@example.com', '482931');
 * const { active, claims } = await client.verifyBearer();
 */
export class OTPClient {
  readonly #send: Send;
  readonly #session: Session;
  readonly #refresher: Refresher;

  /** @throws TypeError for a `baseUrl` that is no text, RangeError for a `timeoutMs` that is not above 0 */
  constructor(options: OTPClientOptions) {
    const { baseUrl, fetch, timeoutMs = 10_000, storage, headers = {} } = options ?? {};
    if (typeof baseUrl !== 'string') throw new TypeError(`baseUrl must be a URL, got ${typeof baseUrl}`);
    if (!(timeoutMs > 0)) throw new RangeError(`timeoutMs must be above 0, got ${timeoutMs}`);
    const base = baseUrl.replace(/\/$/, '');
    const name = `stateless-otp ${base}`;
    this.#send = createSend({ baseUrl: base, fetch, timeoutMs, headers });
    this.#session = createSession(storage, name);
    this.#refresher = createRefresher({ send: this.#send, session: this.#session, name, timeoutMs });
  }

  /**
   * Asks for a code to be sent, or sent again. When the challenge that is remembered has ended, a new one is bound.
   */
  async requestOTP(identity: string, options: RequestOTPOptions = {}): Promise<SentOTP> {
    const { channel, purpose, bind, locale, signal } = options;
    const name = nameChallenge(identity, purpose);
    const { challenges } = await this.#session.read();
    const remembered = bind === false ? undefined : challenges[name];
    const request = async (bind: boolean | null | undefined, challenge: string | undefined) =>
      readSent(
        await this.#send('/otp/request', {
          body: { identity, channel, purpose, bind, challenge, locale },
          signal,
        }),
      );
    const sent = await request(bind, options.challenge || remembered).catch((error: unknown) => {
      const hasEnded = error instanceof OTPError && error.code === 'expired_code';
      if (!hasEnded || !remembered || options.challenge) throw error;
      return request(true, undefined);
    });
    await this.#session.change(({ challenges }) => {
      delete challenges[name];
      if (sent.challenge) challenges[name] = sent.challenge;
    });
    return sent;
  }

  /** Exchanges the code as it was typed for tokens, and keeps them. */
  async verifyOTP(identity: string, otp: string, options: VerifyOTPOptions = {}): Promise<Tokens> {
    const { purpose, signal } = options;
    const name = nameChallenge(identity, purpose);
    const challenge = options.challenge || (await this.#session.read()).challenges[name];
    const answer = await this.#send('/otp/verify', { body: { identity, otp, challenge, purpose }, signal });
    const tokens = readTokens(answer, false);
    await this.#session.change((kept) => {
      delete kept.challenges[name];
      kept.tokens = toKept(tokens);
    });
    return tokens;
  }

  /** Asks the service whether a token is active. */
  async verifyToken(token: string, { signal }: CallOptions = {}): Promise<TokenStatus> {
    return readTokenStatus(await this.#send('/token/verify', { body: { token }, signal }));
  }

  /** Asks the service whether the token that is kept is active. Refreshes it first if it has expired. */
  async verifyBearer(options: CallOptions = {}): Promise<TokenStatus> {
    const token = await this.getAccessToken(options);
    if (token === null) return { active: false, claims: null };
    return readBearerStatus(await this.#send('/token/verify', { token, signal: options.signal }));
  }

  /**
   * The token that is kept, for calls to your own API, or null. One that has expired is refreshed first, where there
   * is a refresh token.
   */
  async getAccessToken(options: CallOptions = {}): Promise<string | null> {
    const { tokens } = await this.#session.read();
    if (!tokens?.refreshToken || tokens.expiresAt > Date.now() + expiryMarginMs) {
      return tokens?.accessToken ?? null;
    }
    try {
      return (await this.refresh(options)).accessToken;
    } catch (error) {
      if (error instanceof OTPError && error.code === 'invalid_token') return null;
      throw error;
    }
  }

  /**
   * Exchanges the refresh token that is kept for new tokens. A refresh token works once, so calls at the same moment
   * share one exchange, also those of other pages on the same storage. One that is refused is forgotten, with its
   * access token: sign in again.
   */
  refresh({ signal }: CallOptions = {}): Promise<Tokens> {
    return this.#refresher.refresh(signal);
  }

  /** Forgets the tokens, and ends the session at the service. They are forgotten also when the service cannot be reached. */
  async logout({ signal }: CallOptions = {}): Promise<void> {
    const { tokens } = await this.#session.read();
    await this.#session.change((kept) => {
      kept.tokens = null;
    });
    // What an exchange under way will bring is what has to end.
    const ending = (await this.#refresher.settle(signal)) ?? tokens;
    if (!ending) return;
    const { accessToken, refreshToken } = ending;
    const body = refreshToken === null ? {} : { refresh_token: refreshToken };
    readSuccess(await this.#send('/token/logout', { body, token: accessToken, signal }));
  }
}

/**
 * An address may be typed in other letters the second time, and a number with other signs between its digits. What an
 * identity is, the service alone decides: its tables would not fit in 4 KB, and those of the runtime do for a name that only
 * this client uses. A challenge that is not found again costs a new code.
 */
function nameChallenge(identity: unknown, given: string | null | undefined): string {
  const purpose = given || '';
  const text = typeof identity === 'string' ? identity.normalize('NFKC').replace(unseen, '').trim() : '';
  const at = text.indexOf('@');
  if (at >= 0) return `${purpose} ${foldDigits(text.slice(0, at))}${text.slice(at)}`.toLowerCase();
  const plain = foldDigits(text);
  return `${purpose} ${plain.includes(':') ? plain : plain.replace(/[^+\d]/g, '')}`;
}

/** Format characters, but for the joiners that can be a part of a domain. */
const unseen = /(?![\u200c\u200d])[\p{Cf}\p{Variation_Selector}]/gu;

/** Digits of every script are in runs of ten, from 0 to 9. */
function foldDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const point = digit.codePointAt(0) ?? 0;
    let zero = point;
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
    return String((point - zero) % 10);
  });
}
