import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { acceptsGzip, matchesTag } from './conditional.js';
import { type HttpReply, securityHeaders } from './reply.js';
import type { HttpRequest } from './request.js';

export interface StaticFileOptions {
  /** Loaded on first use; retried only after a failure. */
  read(): string | Promise<string | Buffer<ArrayBuffer>>;
  /** Such as `text/css`; text is UTF-8. */
  type: string;
  /** Default: cached, but revalidated before each use. */
  cacheControl?: string | undefined;
  /** Further headers, and other values for the security headers. */
  headers?: Record<string, string> | undefined;
}

/** Serves a file that is the same for everyone. Rejects when it cannot be read. */
export type StaticFile = (request: Pick<HttpRequest, 'header'>) => Promise<HttpReply>;

const compress = promisify(gzip);

/** Serves a text, compressed if accepted, with an entity tag (RFC 9110 §8.8.3, §13.1.2). */
export function createStaticFile(options: StaticFileOptions): StaticFile {
  let loading: ReturnType<typeof makeAnswers> | undefined;

  return async (request) => {
    loading ??= makeAnswers(options).catch((error) => {
      loading = undefined;
      throw error;
    });
    const answers = await loading;
    const answer = acceptsGzip(request.header('accept-encoding')) ? answers.gzipped : answers.plain;
    const tags = Object.values(answers).map(({ headers }) => String(headers.ETag));
    return matchesTag(request.header('if-none-match'), tags) ? replyNotModified(answer) : answer;
  };
}

/** The answers for a file, created once: all connections send the same bytes. */
async function makeAnswers(options: StaticFileOptions) {
  const { type, cacheControl = 'no-cache', headers } = options;
  const text = await options.read();
  const content = typeof text === 'string' ? Buffer.from(text) : text;
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 22);
  const reply = (body: Buffer<ArrayBuffer>, tag: string, more: Record<string, string> = {}): HttpReply => ({
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

/** Only the headers that a 304 must repeat (RFC 9110 §15.4.5). */
function replyNotModified({ headers }: HttpReply): HttpReply {
  const kept = Object.entries(headers).filter(
    ([name]) => !name.startsWith('Content-') || name.endsWith('Policy'),
  );
  return { status: 304, headers: Object.fromEntries(kept), body: null };
}
