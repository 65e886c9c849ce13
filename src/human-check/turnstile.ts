import { createHash } from 'node:crypto';
import { explainConnection } from '../core/connection-causes.js';
import { type HumanCheck, maxSolutionLength } from '../core/human-check.js';
import { createRefusal, type Meaning } from '../core/refusal.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import type { Receipt, Store } from '../ports.js';
import { find } from '../transports/meanings.js';
import { type Answer, accept, type Fetch, postMessage } from '../transports/post.js';
import { createPublicFetch } from '../transports/public-fetch.js';

export interface TurnstileOptions {
  /** Public name of the site at Cloudflare. */
  siteKey: string;
  secret: string;
  store: Pick<Store, 'claim'>;
  outcomes: Outcomes;
  /** Default: one that connects only to public addresses. */
  fetch?: Fetch | undefined;
  /** Default 5000. */
  timeoutMs?: number | undefined;
}

/** Longer than a token is valid. */
const claimSeconds = 600;
const verifyUrl = 'https://challenges.cloudflare.com/turnstile/v0/siteverify';

/** https://developers.cloudflare.com/turnstile/get-started/server-side-validation/#error-codes; only these are logged. */
const ofCaller = ['missing-input-response', 'invalid-input-response', 'timeout-or-duplicate'];
const causes: Readonly<Record<string, string>> = {
  'missing-input-secret': 'Turnstile got no secret: check HUMAN_CHECK_SECRET (humanCheck.secret)',
  'invalid-input-secret':
    'Turnstile does not know the secret: check HUMAN_CHECK_SECRET (humanCheck.secret), and that it belongs to HUMAN_CHECK_SITE_KEY',
  'bad-request': 'Turnstile found the question malformed',
  'internal-error': 'Turnstile has a fault of its own',
};

/**
 * Asks Cloudflare whether a token of its widget is valid. Cloudflare accepts each token once, within five minutes, and learns the
 * address of the caller. Nobody passes without its answer.
 */
export function createTurnstileCheck(options: TurnstileOptions): HumanCheck {
  const { siteKey, secret, store, outcomes, timeoutMs = 5000 } = options;
  const { fetch = createPublicFetch({ allowPrivateTargets: false }) } = options;
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  // Only the time limit of the client ends a request.
  const { signal } = new AbortController();

  return {
    provider: 'turnstile',
    ask: async () => ({ provider: 'turnstile', siteKey }),
    async passes(solution, { ip }) {
      // What cannot be a token is not sent to Cloudflare.
      if (solution.length > maxSolutionLength || !/^[\x21-\x7e]+$/.test(solution)) return false;
      const fields = { secret, response: solution, ...(ip === undefined ? {} : { remoteip: ip }) };
      const request = { url: verifyUrl, headers, body: new URLSearchParams(fields).toString(), signal };
      const receipt = await postMessage({ fetch, timeoutMs }, request, { judge });
      if (!receipt.ok && receipt.category !== 'invalid_recipient') {
        outcomes.report({ event: 'human_check.failing', cause: explain(receipt) });
      }
      // Cloudflare promises to accept a token only once; this does not rely on it.
      const tag = createHash('sha256').update(solution).digest('base64url').slice(0, 32);
      return receipt.ok && store.claim(`solved ${tag}`, claimSeconds);
    },
  };
}

/** `invalid_recipient`: the token is to blame, and everything else works. */
function judge({ body }: Answer): Receipt {
  const { success, 'error-codes': codes } = Object(body) as Record<string, unknown>;
  if (success === true) return accept(undefined);
  const code = String(Array.isArray(codes) ? codes[0] : codes);
  const refuse = (meaning: Meaning, cause?: string) => createRefusal(meaning, 'HTTP 200', { cause });
  if (success !== false) return refuse('unknown', 'the answer is not one of Turnstile');
  if (ofCaller.includes(code)) return refuse('invalid_recipient');
  return refuse('rejected', find(causes, code) ?? 'Turnstile refuses for a reason that is not known here');
}

const hints = { address: 'the firewall', tls: 'the proxy', certificateName: 'the proxy' };

function explain({ cause, detail }: Extract<Receipt, { ok: false }>): string {
  return cause ?? explainConnection(detail, hints) ?? `Turnstile did not answer as expected: ${detail}`;
}
