import { isPrivateHost } from '../core/private-host.js';
import { dropLastSlash } from '../core/public-prefix.js';
import { apiKeyHeader } from '../http/api-keys.js';
import { FailedError, formatJson, wrongUsage } from './command.js';
import { formatStatus, type IdentityStatus } from './identity-status.js';
import { readSecretFile } from './secret-file.js';

/** `erase` is `sign-out`, which also cancels, and `unblock`. */
const operatorVerbs = ['status', 'cancel', 'unblock', 'sign-out', 'erase'] as const;
type Verb = (typeof operatorVerbs)[number];

export interface OperateOptions {
  url?: string | undefined;
  'key-file'?: string | undefined;
  force?: boolean | undefined;
  json?: boolean | undefined;
}

const timeoutMs = 10_000;
const defaultUrl = 'http://127.0.0.1:8000';

/**
 * Asks a running service to do something for one identity. Returns what to print.
 *
 * @throws OtpError `invalid_request` for wrong usage; FailedError when the service cannot be reached or refuses
 */
export async function operate([given = '', address]: string[], options: OperateOptions): Promise<string> {
  const { url = defaultUrl, 'key-file': keyFile, force = false, json = false } = options;
  const verb = operatorVerbs.find((known) => known === given);
  if (verb === undefined) throw wrong(`given "${given}", allowed: tag, ${operatorVerbs.join(', ')}`);
  if (address === undefined)
    throw wrong(`${verb}: ADDRESS is missing: an e-mail address, a phone number or an id`);
  if (force && verb !== 'unblock') throw wrong('--force goes with unblock');
  const base = parseUrl(url);
  const key = readKey(keyFile);
  const ask = (route: string, body: object = {}) =>
    post(`${base}/api/v1/operator/${route}`, key, { identity: address, ...body });

  if (verb === 'status') {
    const status = (await ask('status')) as unknown as IdentityStatus;
    return json ? formatJson(status) : formatStatus(status);
  }
  const done = await ask(verb === 'erase' ? 'sign-out' : verb, verb === 'unblock' ? { force } : {});
  // Forced: a deletion request must succeed, however often the identity has been unblocked.
  if (verb === 'erase') await ask('unblock', { force: true });
  return json ? formatJson(done) : `${describeDone(verb, done)}\n`;
}

function describeDone(verb: Exclude<Verb, 'status'>, { identity_tag, cancelled }: Answer): string {
  const codes = cancelled === 1 ? '1 pending code has ended' : `${cancelled} pending codes have ended`;
  const did = {
    cancel: codes,
    unblock: 'sends, attempts and wrong guesses are forgotten',
    'sign-out': `signed out everywhere, ${codes}`,
    erase: `signed out everywhere, ${codes}, and what was counted is forgotten`,
  };
  return `${identity_tag}: ${did[verb]}`;
}

interface Answer {
  identity_tag: string;
  cancelled: number;
  code?: string;
  detail?: string;
}

async function post(url: string, key: string, body: object): Promise<Answer> {
  let response: Response;
  let answer: Answer | null;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', [apiKeyHeader]: key },
      body: JSON.stringify(body),
      // The key must not follow to another place.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    answer = (await response.json().catch(() => null)) as Answer | null;
  } catch (error) {
    const { cause, message } = error as Error;
    throw new FailedError(`${url}: ${(cause as Error | undefined)?.message || message}`);
  }
  if (response.status === 200 && answer !== null) return answer;
  if (response.status === 404 && answer?.code === 'not_found') {
    throw new FailedError(
      `${url}: ${answer.detail}. API_KEYS of the service may have no key with the right operate`,
    );
  }
  if (answer?.code === 'invalid_identity') throw wrong(String(answer.detail));
  throw new FailedError(
    `${url}: ${answer?.detail ?? `HTTP ${response.status}, not an answer of the service`}`,
  );
}

/** The key must not travel in the clear, except on this machine or a private network. */
function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isHttps = url?.protocol === 'https:';
  if (url === null || (!isHttps && url.protocol !== 'http:')) {
    throw wrong(`--url: given "${text}", allowed: a URL such as https://otp.example.com`);
  }
  if (url.username !== '' || url.search !== '' || url.hash !== '') {
    throw wrong('--url: the address of the service alone, without a user, a query or a fragment');
  }
  if (!isHttps && !isPrivateHost(url.hostname)) {
    throw wrong(`--url: given "${text}", over http the key would travel in the clear: use https`);
  }
  return dropLastSlash(url.href);
}

function readKey(path: string | undefined): string {
  if (path === undefined)
    throw wrong('--key-file: required: a file with the API key of an operator, see `identity --help`');
  const { text, problem } = readSecretFile(path);
  if (problem !== undefined) throw wrong(`--key-file: ${problem}`);
  const key = (text ?? '').trim();
  if (!/^[\x21-\x7E]+$/.test(key))
    throw wrong('--key-file: the file must contain an API key and nothing else');
  return key;
}

const wrong = (message: string) => wrongUsage(`identity: ${message}`);
