import type { Place } from '../core/entry.js';
import { parseHost } from '../core/hosts.js';
import type { HttpRequest } from './request.js';

/**
 * What nginx is asked for, by X-Original-URL alone; null when it is missing, repeated or malformed. A request target has
 * no spaces, and repeated headers are joined by a comma and a space.
 */
export function parseOriginalUrl({ header }: HttpRequest): Place | null {
  const [, authority = '', target = ''] =
    /^https?:\/\/([^/?#\s]+)(\/\S*)$/i.exec(header('x-original-url') ?? '') ?? [];
  return createPlace(authority, target);
}

/** What Caddy or Traefik is asked for, by X-Forwarded-Host and X-Forwarded-Uri alone; null as `parseOriginalUrl`. */
export function parseForwarded({ header }: HttpRequest): Place | null {
  return createPlace(header('x-forwarded-host') ?? '', header('x-forwarded-uri') ?? '');
}

function createPlace(authority: string, target: string): Place | null {
  const host = parseHost(authority);
  if (host === null || !/^\/\S*$/.test(target)) return null;
  const [path = ''] = target.split('?', 1);
  return { host, path };
}

/** Percent-encodes non-ASCII bytes like a browser. In a header each character is one byte (RFC 9110 §5.5). */
export function escapeBytes(target: string): string {
  return target.replace(
    /[^\x21-\x7E]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
