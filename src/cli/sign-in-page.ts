import { isPageServed } from '../options/rules.js';
import type { Environment } from '../options/settings.js';

/** Whether `/sign-in` is served. */
export function hasSignInPage(config: Environment): boolean {
  return isPageServed({
    signInPage: config.SIGN_IN_PAGE,
    apiKeyHashes: config.API_KEYS,
    purposes: config.OTP_PURPOSES,
    accessTokens: config.ACCESS_TOKENS,
    mode: config.OTP_MODE,
  });
}
