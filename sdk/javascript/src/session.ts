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
  /** Device tokens by identity, the last sign-in's last. */
  devices: Record<string, string>;
}

/** Where each part is stored; undefined: in memory. */
export type Storages = Record<keyof Kept, OTPStorage | undefined>;

export interface Session {
  /** Whether other pages may see and change the tokens. */
  isShared: boolean;
  load(): Promise<Kept>;
  /** Changes are serialised. */
  change(apply: (kept: Kept) => void): Promise<void>;
}

const parts = ['tokens', 'challenges', 'devices'] as const;
const maxChallenges = 20;
const maxDevices = 5;

/** Never rejects: when a storage fails, what it held stays in memory. */
export function createSession(storages: Storages, key: string): Session {
  let memory = createKept();
  let lastChange = Promise.resolve();

  /** Calls `use` once for each storage, with the parts that it stores. */
  async function forEach(use: (storage: OTPStorage, own: (keyof Kept)[]) => unknown): Promise<void> {
    for (const storage of new Set(Object.values(storages))) {
      if (!storage) continue;
      const own = parts.filter((part) => storages[part] === storage);
      try {
        await use(storage, own);
      } catch {
        for (const part of own) storages[part] = undefined;
      }
    }
  }

  async function load(): Promise<Kept> {
    const kept = { ...memory };
    await forEach(async (storage, own) => {
      const stored = parseKept(await storage.getItem(key));
      for (const part of own) Object.assign(kept, { [part]: stored[part] });
    });
    memory = kept;
    return { tokens: kept.tokens, challenges: { ...kept.challenges }, devices: { ...kept.devices } };
  }

  async function save(kept: Kept): Promise<void> {
    memory = kept;
    await forEach((storage, own) => {
      const isEmpty = own.every((part) => Object.keys(kept[part] ?? {}).length === 0);
      const stored = Object.fromEntries(own.map((part) => [part, kept[part]]));
      return isEmpty ? storage.removeItem(key) : storage.setItem(key, JSON.stringify(stored));
    });
  }

  return {
    get isShared() {
      return storages.tokens !== undefined;
    },
    load,
    change(apply) {
      lastChange = lastChange.then(async () => {
        const kept = await load();
        apply(kept);
        const { tokens, challenges, devices } = kept;
        await save({
          tokens,
          challenges: keepNewest(challenges, maxChallenges),
          devices: keepNewest(devices, maxDevices),
        });
      });
      return lastChange;
    },
  };
}

const createKept = (): Kept => ({ tokens: null, challenges: {}, devices: {} });

const keepNewest = (record: Record<string, string>, max: number) =>
  Object.fromEntries(Object.entries(record).slice(-max));

/**
 * The storages of the page that this runs in; null elsewhere. A page is recognised by its document: newer versions of Node have
 * storages too, which many people would share.
 */
export function findPageStorages(): { local?: OTPStorage; session?: OTPStorage } | null {
  const scope = globalThis as { document?: object; localStorage?: OTPStorage; sessionStorage?: OTPStorage };
  if (!scope.document) return null;
  try {
    return { local: scope.localStorage, session: scope.sessionStorage } as ReturnType<
      typeof findPageStorages
    >;
  } catch {
    // Browsers throw where storage is forbidden.
    return {};
  }
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
  const kept = createKept();
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? '');
  } catch {
    return kept;
  }
  if (!isObject(stored)) return kept;
  const { tokens } = stored;
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
  for (const part of ['challenges', 'devices'] as const) {
    const { [part]: record } = stored;
    for (const [name, value] of Object.entries(isObject(record) ? record : {})) {
      if (typeof value === 'string') kept[part][name] = value;
    }
  }
  return kept;
}
