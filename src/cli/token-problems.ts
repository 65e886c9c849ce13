import { createTokenKeys } from '../tokens/keys.js';
import type { Environment } from './environment.js';

/** What the settings of tokens and of the gate have against each other, one line each. */
export function findTokenProblems(config: Environment): string[] {
  const { JWT_SECRET, JWT_PRIVATE_KEY, JWT_PRIVATE_KEY_PREVIOUS, JWT_ALG } = config;
  const { GATE_COOKIE_DOMAIN, PUBLIC_URL, OTP_MAGIC_LINK } = config;
  const problems: string[] = [];
  if (JWT_SECRET !== undefined && JWT_PRIVATE_KEY !== undefined) {
    problems.push(
      'JWT_SECRET: not together with JWT_PRIVATE_KEY; as JWT_SECRET_PREVIOUS it still checks the tokens it signed',
    );
  } else if (JWT_ALG !== undefined) {
    const { signing } = createTokenKeys({ secret: JWT_SECRET, privateKey: JWT_PRIVATE_KEY });
    if (signing.algorithm !== JWT_ALG) {
      problems.push(`JWT_ALG: given "${JWT_ALG}", but the key is one for ${signing.algorithm}`);
    }
  }
  if (JWT_PRIVATE_KEY !== undefined && JWT_PRIVATE_KEY_PREVIOUS !== undefined) {
    const [kid, previous] = [JWT_PRIVATE_KEY, JWT_PRIVATE_KEY_PREVIOUS].map(
      (privateKey) => createTokenKeys({ privateKey }).signing.kid,
    );
    if (kid === previous) problems.push('JWT_PRIVATE_KEY_PREVIOUS: must differ from JWT_PRIVATE_KEY');
  }
  if (GATE_COOKIE_DOMAIN !== undefined) {
    const host = PUBLIC_URL === undefined ? '' : new URL(PUBLIC_URL).hostname;
    if (host !== GATE_COOKIE_DOMAIN && !host.endsWith(`.${GATE_COOKIE_DOMAIN}`)) {
      problems.push(
        `PUBLIC_URL: ${PUBLIC_URL === undefined ? '' : `given "${PUBLIC_URL}", `}required with GATE_COOKIE_DOMAIN: a URL of a host under ${GATE_COOKIE_DOMAIN}`,
      );
    }
  }
  if (config.SIGN_IN_PAGE === 'true' && !config.OTP_PURPOSES.includes('sign-in')) {
    problems.push('OTP_PURPOSES: must hold sign-in with SIGN_IN_PAGE=true');
  }
  if (OTP_MAGIC_LINK && PUBLIC_URL === undefined) {
    problems.push('PUBLIC_URL: required with OTP_MAGIC_LINK; links in messages begin with it');
  }
  return problems;
}
