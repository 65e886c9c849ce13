import { isUtf8 } from 'node:buffer';
import type { z } from '@hono/zod-openapi';
import { OtpError } from '../errors.js';
import { describeIssue } from './describe-issue.js';
import type { HttpRequest } from './request.js';

const byteOrderMark = '\uFEFF';

/**
 * Reads a JSON body of at most 4 KiB that fits the schema.
 *
 * @throws OtpError `invalid_request` with one line that says what is wrong
 */
export async function readJsonBody<Schema extends z.ZodObject>(
  request: HttpRequest,
  schema: Schema,
): Promise<z.output<Schema>> {
  return parseBody(request, await request.readBytes(), schema);
}

/** Like `readJsonBody`, but null for a request without a body. */
export async function readOptionalJsonBody<Schema extends z.ZodObject>(
  request: HttpRequest,
  schema: Schema,
): Promise<z.output<Schema> | null> {
  // Over a socket every POST has a body, possibly an empty one.
  const bytes = await request.readBytes();
  return bytes.length === 0 ? null : parseBody(request, bytes, schema);
}

function parseBody<Schema extends z.ZodObject>(
  request: HttpRequest,
  bytes: Uint8Array,
  schema: Schema,
): z.output<Schema> {
  // Also blocks forms of other sites: browsers send this type across origins only after a preflight.
  if (!/^application\/json *(?:;|$)/i.test(request.header('content-type') ?? '')) {
    throw new OtpError('invalid_request', 'Content-Type must be application/json');
  }
  const body = parseJson(bytes);
  dropEmpty(body, schema);
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new OtpError('invalid_request', describeIssue(result.error.issues[0], body));
}

/** Many programs send "" for an optional member. */
function dropEmpty(body: unknown, { shape }: z.ZodObject): void {
  if (typeof body !== 'object' || body === null) return;
  for (const [name, value] of Object.entries(body)) {
    if (value === '' && Object.hasOwn(shape, name) && shape[name]?.safeParse(null).success) {
      delete (body as Record<string, unknown>)[name];
    }
  }
}

/**
 * Reads a form of at most 4 KiB; null when the body is none.
 *
 * @throws OtpError `invalid_request` for a body that is too long or breaks off
 */
export async function readForm(request: HttpRequest): Promise<URLSearchParams | null> {
  if (!/^application\/x-www-form-urlencoded *(?:;|$)/i.test(request.header('content-type') ?? ''))
    return null;
  return new URLSearchParams(Buffer.from(await request.readBytes()).toString());
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
    if (isUtf8(bytes)) return JSON.parse(text.startsWith(byteOrderMark) ? text.slice(1) : text);
  } catch {
    // Decoded as invalid UTF-8.
  }
  throw new OtpError('invalid_request', 'The body must be JSON in UTF-8');
}
