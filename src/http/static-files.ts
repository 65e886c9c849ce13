import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Call } from './call.js';
import { acceptsGzip, matchesTag } from './conditional.js';
import { type Reply, securityHeaders } from './reply.js';

export interface StaticFileOptions {
  /** Read when it is first asked for, and again only when that has failed. */
  read(): string | Promise<string | Buffer<ArrayBuffer>>;
  /** Such as `text/css`; text is UTF-8. */
  type: string;
  /** Default: kept, and checked before each use. */
  cacheControl?: string | undefined;
  /** Further headers, and other values for the security headers. */
  headers?: Record<string, string> | undefined;
}

/** Answers with a file that is the same for everyone. Rejects when it cannot be read. */
export type StaticFile = (call: Pick<Call, 'header'>) => Promise<Reply>;

/** The answers with a file, made once: all connections send the same bytes. */
interface Answers {
  plain: Reply;
  gzipped: Reply;
}

const compress = promisify(gzip);

/** Serves a text, compressed where that is accepted, to clients that do not have it yet (RFC 9110 §8.8.3, §13.1.2). */
export function createStaticFile(options: StaticFileOptions): StaticFile {
  let loading: Promise<Answers> | undefined;

  return async (call) => {
    loading ??= makeAnswers(options).catch((error) => {
      loading = undefined;
      throw error;
    });
    const answers = await loading;
    const answer = acceptsGzip(call.header('accept-encoding')) ? answers.gzipped : answers.plain;
    const tags = Object.values(answers).map(({ headers }) => headers.ETag ?? '');
    return matchesTag(call.header('if-none-match'), tags) ? replyNotModified(answer) : answer;
  };
}

async function makeAnswers(options: StaticFileOptions): Promise<Answers> {
  const { type, cacheControl = 'no-cache', headers } = options;
  const text = await options.read();
  const content = typeof text === 'string' ? Buffer.from(text) : text;
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 22);
  const reply = (body: Buffer<ArrayBuffer>, tag: string, more: Record<string, string> = {}): Reply => ({
    status: 200,
    headers: {
      ...securityHeaders,
      'Content-Type': type.startsWith('text/') ? `${type}; charset=utf-8` : type,
      'Content-Length': String(body.length),
      ...headers,
      ...more,
      'Cache-Control': cacheControl,
      ETag: `"${tag}"`,
      Vary: 'Accept-Encoding',
    },
    body,
  });
  const compressed = await compress(content, { level: 9 });
  const plain = reply(content, hash);
  const isWorthIt = compressed.length < content.length;
  return {
    plain,
    // Another representation needs another tag.
    gzipped: isWorthIt ? reply(compressed, `${hash}-gzip`, { 'Content-Encoding': 'gzip' }) : plain,
  };
}

/** Only what a cache has to know again (RFC 9110 §15.4.5). */
function replyNotModified({ headers }: Reply): Reply {
  const kept = Object.entries(headers).filter(
    ([name]) => !name.startsWith('Content-') || name.endsWith('Policy'),
  );
  return { status: 304, headers: Object.fromEntries(kept), body: null };
}
