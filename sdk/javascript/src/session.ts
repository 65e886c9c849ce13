import { isObject, isToken, type Tokens } from './answers.js';

/** `localStorage`, `sessionStorage` or anything with these three functions, which may be async. */
export interface OTPStorage {
  getItem(key: string): string | null | undefined | Promise<string | null | undefined>;
  setItem(key: string, value: string): unknown;
  removeItem(key: string): unknown;
}

export interface KeptTokens {
  accessToken: string;
  /** Milliseconds since 1970, by the clock of this machine. */
  expiresAt: number;
  refreshToken: string | null;
  refreshExpiresAt: number | null;
}

export interface Kept {
  tokens: KeptTokens | null;
  /** Pending bound challenges by identity and purpose, oldest first. */
  challenges: Record<string, string>;
}

export interface Session {
  /** Whether other pages may see and change it. */
  isShared: boolean;
  read(): Promise<Kept>;
  /** Changes are serialised. */
  change(apply: (kept: Kept) => void): Promise<void>;
}

const maxChallenges = 20;

/** Never rejects: when the storage fails, the session continues in memory. */
export function createSession(storage: OTPStorage | undefined, key: string): Session {
  let memory: Kept = { tokens: null, challenges: {} };
  let isShared = storage !== undefined;
  let lastChange = Promise.resolve();

  async function read(): Promise<Kept> {
    if (isShared) {
      try {
        memory = parseKept(await storage?.getItem(key));
      } catch {
        isShared = false;
      }
    }
    return { tokens: memory.tokens, challenges: { ...memory.challenges } };
  }

  async function write(kept: Kept): Promise<void> {
    memory = kept;
    if (!isShared) return;
    try {
      const isEmpty = !kept.tokens && Object.keys(kept.challenges).length === 0;
      await (isEmpty ? storage?.removeItem(key) : storage?.setItem(key, JSON.stringify(kept)));
    } catch {
      isShared = false;
    }
  }

  return {
    get isShared() {
      return isShared;
    },
    read,
    change(apply) {
      lastChange = lastChange.then(async () => {
        const kept = await read();
        apply(kept);
        const newest = Object.entries(kept.challenges).slice(-maxChallenges);
        await write({ ...kept, challenges: Object.fromEntries(newest) });
      });
      return lastChange;
    },
  };
}

export function toKept({ accessToken, expiresIn, refreshToken, refreshExpiresIn }: Tokens): KeptTokens {
  const now = Date.now();
  return {
    accessToken,
    expiresAt: now + expiresIn * 1000,
    refreshToken,
    refreshExpiresAt: refreshExpiresIn === null ? null : now + refreshExpiresIn * 1000,
  };
}

/** With the remaining lifetimes. */
export function toTokens({ accessToken, expiresAt, refreshToken, refreshExpiresAt }: KeptTokens): Tokens {
  const toSeconds = (at: number) => Math.max(0, Math.floor((at - Date.now()) / 1000));
  return {
    accessToken,
    tokenType: 'bearer',
    expiresIn: toSeconds(expiresAt),
    refreshToken,
    refreshExpiresIn: refreshExpiresAt === null ? null : toSeconds(refreshExpiresAt),
  };
}

/** Stored data may be of any age and origin. */
function parseKept(text: string | null | undefined): Kept {
  const kept: Kept = { tokens: null, challenges: {} };
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? '');
  } catch {
    return kept;
  }
  if (!isObject(stored)) return kept;
  const { tokens, challenges } = stored;
  if (isObject(tokens) && isToken(tokens['accessToken']) && typeof tokens['expiresAt'] === 'number') {
    const { accessToken, expiresAt, refreshToken, refreshExpiresAt } = tokens;
    const hasRefresh = isToken(refreshToken) && typeof refreshExpiresAt === 'number';
    kept.tokens = {
      accessToken,
      expiresAt,
      refreshToken: hasRefresh ? refreshToken : null,
      refreshExpiresAt: hasRefresh ? refreshExpiresAt : null,
    };
  }
  for (const [name, challenge] of Object.entries(isObject(challenges) ? challenges : {})) {
    if (typeof challenge === 'string') kept.challenges[name] = challenge;
  }
  return kept;
}
