import {
  decodeBearerStatus,
  decodeSent,
  decodeSuccess,
  decodeTokenStatus,
  decodeVerified,
  type SentOTP,
  type TokenStatus,
  type Tokens,
  type Verified,
} from './answers.js';
import { parseBaseUrl } from './base-url.js';
import { nameChallenge } from './challenge-name.js';
import { OTPError } from './errors.js';
import { createRefresher, type Refresher } from './refresher.js';
import { createSend, type Send } from './send.js';
import { createSession, findPageStorages, type OTPStorage, type Session, toKept } from './session.js';

export interface OTPClientOptions {
  /** The service with its base path, such as `https://otp.example.com/api/v1`; in a browser also `/api/v1`. */
  baseUrl: string;
  /** Default: the global `fetch`. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Timeout of each call in milliseconds, including the body of the answer. Default 10 000. */
  timeoutMs?: number | undefined;
  /**
   * Stores the tokens and pending challenges. Default: in memory, so they end with this client. In a page challenges are
   * always in `sessionStorage`, and device tokens here or by default in `localStorage`.
   */
  storage?: OTPStorage | undefined;
  /** Sent with every call, such as `X-API-Key`. Default: none. */
  headers?: Record<string, string> | undefined;
}

export interface CallOptions {
  /** Aborts the call, which then rejects with the code `aborted`. */
  signal?: AbortSignal | undefined;
}

export interface RequestOTPOptions extends CallOptions {
  /** `email`, `sms`, `whatsapp`, `voice` or `custom`. Default: the first that reaches the identity. */
  channel?: 'email' | 'sms' | 'whatsapp' | 'voice' | 'custom' | null | undefined;
  /** What the code is for, one of the purposes configured in the service. Default: the first of them. */
  purpose?: string | null | undefined;
  /**
   * Make a code that only works together with the challenge that this client receives: strangers can spend the attempts of
   * any other code. Default: true in a page and with a device, otherwise false.
   */
  bind?: boolean | null | undefined;
  /** The device token that this browser was given for this identity. Default: in a page, the one that is kept. */
  device?: string | null | undefined;
  /** Send the code of this challenge again. Default: the one remembered for this identity and purpose. */
  challenge?: string | null | undefined;
  /**
   * The solution of a human check, or null: this client can solve one. After `human_check_required`, call again with the
   * solution of the error's `humanCheck`. Default: it cannot, and limits end earlier.
   */
  humanCheck?: string | null | undefined;
  /** The language of the message, BCP 47; unknown ones fall back to the default. Default: by `Accept-Language`. */
  locale?: string | null | undefined;
}

export interface LogoutOptions extends CallOptions {
  /** Also forget the device tokens of this page. Default false. */
  forget?: boolean | undefined;
}

export interface VerifyOTPOptions extends CallOptions {
  /** The device token that this browser was given for this identity. Default: in a page, the one that is kept. */
  device?: string | null | undefined;
  /** Ask for a device token, by which this browser is known later. A page keeps it. Default: true in a page, unless the service keeps nothing. */
  remember?: boolean | null | undefined;
  /** Default: the one remembered for this identity and purpose, if any. */
  challenge?: string | null | undefined;
  /** What the code must be for. Default: the first purpose configured in the service. */
  purpose?: string | null | undefined;
}

/** A token that expires this soon counts as expired. */
const expiryMarginMs = 5000;
/** Length of a challenge that names a record of the service. */
const keptChallengeLength = 22;

/**
 * A client of a stateless-otp service for one person: it keeps the tokens of the last sign-in. Calls only ever reject with
 * `OTPError`. For a service that issues no tokens (`ACCESS_TOKENS=off`) it is an `OTPClient<Verified>`.
 *
 * @example
 * const client = new OTPClient({ baseUrl: 'http://localhost:8000/api/v1' });
 * await client.requestOTP('alice@example.com');
 * await client.verifyOTP('alice@example.com', '482931');
 * const { active, claims } = await client.verifyBearer();
 */
export class OTPClient<Success extends Tokens | Verified = Tokens> {
  readonly #send: Send;
  readonly #session: Session;
  readonly #refresher: Refresher;
  readonly #isPage: boolean;

  /** @throws TypeError unless `baseUrl` is a string, RangeError unless it can be called and `timeoutMs` is above 0 */
  constructor(options: OTPClientOptions) {
    const { baseUrl, fetch, timeoutMs = 10_000, storage, headers = {} } = options ?? {};
    const base = parseBaseUrl(baseUrl);
    if (!(timeoutMs > 0)) throw new RangeError(`timeoutMs must be above 0, got ${timeoutMs}`);
    const name = `stateless-otp ${base}`;
    this.#send = createSend({ baseUrl: base, fetch, timeoutMs, headers });
    const page = findPageStorages();
    this.#isPage = page !== null;
    this.#session = createSession(
      {
        tokens: storage,
        challenges: page ? page.session : storage,
        devices: page ? (storage ?? page.local) : undefined,
      },
      name,
    );
    this.#refresher = createRefresher({ send: this.#send, session: this.#session, name, timeoutMs });
  }

  /** Requests a code, or sends it again. When the remembered challenge has expired, a new one is bound. */
  async requestOTP(identity: string, options: RequestOTPOptions = {}): Promise<SentOTP> {
    const { channel, purpose, bind = null, locale, signal, humanCheck: human_check } = options;
    const name = nameChallenge(identity, purpose);
    const { challenges, devices } = await this.#session.load();
    const device = options.device || devices[nameChallenge(identity, null)];
    const remembered = bind === false ? undefined : challenges[name];
    const request = async (bind: boolean | null | undefined, challenge: string | undefined) =>
      decodeSent(
        await this.#send('/otp/request', {
          body: { identity, channel, purpose, bind, challenge, locale, device, human_check },
          signal,
        }),
      );
    const sent = await request(bind ?? (this.#isPage || undefined), options.challenge || remembered).catch(
      (error: unknown) => {
        const hasEnded = error instanceof OTPError && error.code === 'expired_code';
        if (!hasEnded || !remembered || options.challenge) throw error;
        return request(true, undefined);
      },
    );
    await this.#session.change(({ challenges }) => {
      delete challenges[name];
      if (sent.challenge) challenges[name] = sent.challenge;
    });
    return sent;
  }

  /** Exchanges a code, as typed, for tokens, and keeps them. Without tokens, resolves with whose code it was. */
  async verifyOTP(identity: string, otp: string, options: VerifyOTPOptions = {}): Promise<Success> {
    const { purpose, signal } = options;
    const name = nameChallenge(identity, purpose);
    const owner = nameChallenge(identity, null);
    const { challenges, devices } = await this.#session.load();
    const challenge = options.challenge || challenges[name];
    const device = options.device || devices[owner];
    // A longer one carries its own record: such a service stores nothing, and knows no browsers.
    const isKept = (challenge ?? '').length <= keptChallengeLength;
    const remember = options.remember ?? ((this.#isPage && isKept) || undefined);
    const body = { identity, otp, challenge, purpose, device, remember };
    const result = decodeVerified(await this.#send('/otp/verify', { body, signal }));
    await this.#session.change((kept) => {
      delete kept.challenges[name];
      // Outside a page, a client may serve many people, and anyone can type the identity.
      if (result.device && this.#isPage) {
        delete kept.devices[owner];
        kept.devices[owner] = result.device;
      }
      kept.tokens = 'accessToken' in result ? toKept(result) : null;
    });
    return result as Success;
  }

  /** Asks the service whether a token is active. */
  async verifyToken(token: string, { signal }: CallOptions = {}): Promise<TokenStatus> {
    return decodeTokenStatus(await this.#send('/token/verify', { body: { token }, signal }));
  }

  /** Asks the service whether the stored token is active, refreshing it first if it has expired. */
  async verifyBearer(options: CallOptions = {}): Promise<TokenStatus> {
    const token = await this.getAccessToken(options);
    if (token === null) return { active: false, claims: null };
    return decodeBearerStatus(await this.#send('/token/verify', { token, signal: options.signal }));
  }

  /**
   * The stored token, for calls to your own API, or null. It is refreshed first if it has expired and there is a refresh
   * token.
   */
  async getAccessToken(options: CallOptions = {}): Promise<string | null> {
    const { tokens } = await this.#session.load();
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
   * Exchanges the stored refresh token for new tokens. A refresh token works once, so concurrent calls share one exchange,
   * even across pages with the same storage. After a refusal the tokens are forgotten: sign in again.
   */
  refresh({ signal }: CallOptions = {}): Promise<Tokens> {
    return this.#refresher.refresh(signal);
  }

  /** Ends the session at the service and forgets the tokens, even when the service cannot be reached. */
  async logout({ signal, forget }: LogoutOptions = {}): Promise<void> {
    const { tokens } = await this.#session.load();
    await this.#session.change((kept) => {
      kept.tokens = null;
      if (forget) kept.devices = {};
    });
    // A refresh under way will bring new tokens, which must end.
    const ending = (await this.#refresher.settle(signal)) ?? tokens;
    if (!ending) return;
    const { accessToken, refreshToken } = ending;
    const body = refreshToken === null ? {} : { refresh_token: refreshToken };
    decodeSuccess(await this.#send('/token/logout', { body, token: accessToken, signal }));
  }

  /**
   * Signs the person out everywhere: the service refuses every token and session from before. Only then are the tokens
   * forgotten, so that a call that failed can be repeated. Rejects with `invalid_token` when nobody is signed in.
   */
  async logoutAll({ signal }: CallOptions = {}): Promise<void> {
    const token = await this.getAccessToken({ signal });
    if (token === null) throw new OTPError('invalid_token', 'There is no session; sign in');
    decodeSuccess(await this.#send('/token/logout-all', { body: {}, token, signal }));
    await this.#session.change((kept) => {
      kept.tokens = null;
    });
  }
}
