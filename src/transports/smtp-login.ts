import { isLoopbackHost } from '../core/loopback.js';
import type { TokenSource } from './oauth-token.js';
import { matching } from './options.js';
import { isTemporaryReply } from './smtp-replies.js';

/** Not a mechanism that servers announce, or nodemailer would choose among those instead. */
const method = 'OAUTH-TOKEN';

interface Dialogue {
  sendCommand(command: string): Promise<{ status: number }>;
}

const line = matching(/^[^\0\r\n]+$/, 'one line, and not empty');

/** nodemailer's options for a login with a password. */
export function resolvePasswordLogin(username: string | undefined, password: string | undefined) {
  if (username === undefined && password === undefined) return {};
  if (username === undefined) throw new TypeError('username must be given with a password');
  if (password === undefined) throw new TypeError('password must be given with a username');
  return { auth: { user: line(username, 'username'), pass: line(password, 'password') } };
}

/** nodemailer's options for a login with tokens, which are only sent over TLS or to this machine. */
export function resolveTokenLogin(username: string | undefined, host: string, tokens: TokenSource) {
  if (username === undefined) throw new TypeError('username must be given with oauth');
  // Control characters delimit the parts of the response.
  const user = matching(/^\P{Cc}+$/u, 'one line, and not empty')(username, 'username');
  return {
    ...(isLoopbackHost(host) ? {} : { requireTLS: true }),
    auth: { type: 'custom' as const, method, user, pass: '' },
    customAuth: { [method]: (dialogue: Dialogue) => logIn(user, tokens, dialogue) },
  };
}

/** XOAUTH2, as Google and Microsoft document it (docs/decisions/0032). Retries once: the token may have been revoked. */
async function logIn(user: string, tokens: TokenSource, { sendCommand }: Dialogue): Promise<void> {
  for (const isLast of [false, true]) {
    const token = await tokens.get();
    const response = Buffer.from(`user=${user}\x01auth=Bearer ${token}\x01\x01`).toString('base64');
    let { status } = await sendCommand(`AUTH XOAUTH2 ${response}`);
    // The challenge only describes the error; an empty response ends the exchange.
    if (status === 334) ({ status } = await sendCommand(''));
    if (status === 235) return;
    const isRefused = !isTemporaryReply(status);
    if (isRefused) tokens.refuse(token);
    if (!isRefused || isLast) throw new Error('the login was refused');
  }
}
