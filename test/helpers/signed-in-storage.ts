import type { OTPStorage } from '../../sdk/javascript/src/index.js';

/** A storage of the SDK that holds these tokens, without an end, whatever is written to it. */
export function createSignedInStorage(
  accessToken = 'access',
  refreshToken: string | null = 'refresh',
): OTPStorage {
  const at = Number.MAX_SAFE_INTEGER;
  const kept = JSON.stringify({ tokens: { accessToken, expiresAt: at, refreshToken, refreshExpiresAt: at } });
  return { getItem: () => kept, setItem() {}, removeItem() {} };
}
