import type { z } from '@hono/zod-openapi';
import { OtpError } from '../errors.js';
import { CompressedBodyError, type HttpRequest } from './request.js';

/** Drops a byte order mark, and throws for what is not UTF-8. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a JSON body of at most 4 KiB that fits the schema.
 *
 * @param whenEmpty what an empty body means; by default it is invalid
 * @throws OtpError `invalid_request` with one line that says what is wrong
 */
export async function readJsonBody<Schema extends z.ZodObject>(
  request: HttpRequest,
  schema: Schema,
  whenEmpty?: z.output<Schema>,
): Promise<z.output<Schema>> {
  const reading = request.readBytes();
  // Most bodies are there at once, and waiting for nothing takes as long as reading them.
  const bytes = reading instanceof Uint8Array ? reading : await reading;
  if (bytes.length === 0 && whenEmpty) return whenEmpty;
  // Also blocks forms of other sites: browsers send this type across origins only after a preflight.
  if (!/^application\/json *(?:;|$)/i.test(request.header('content-type') ?? '')) {
    throw new OtpError('invalid_request', 'Content-Type must be application/json');
  }
  let text: string;
  let body: unknown;
  try {
    text = utf8.decode(bytes);
    body = JSON.parse(text);
  } catch {
    refuseCompressed(request);
    throw new OtpError('invalid_request', 'The body must be JSON in UTF-8');
  }
  // Few bodies contain an empty string, and JSON has no other way to write one.
  if (text.includes('""')) dropEmpty(body, schema);
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new OtpError('invalid_request', describeIssue(result.error.issues[0], body));
}

/** Only once a body could not be read: programs that name a coding and send plain JSON are understood, and others pay nothing. */
function refuseCompressed(request: HttpRequest): void {
  const coding = request.header('content-encoding')?.trim() || 'identity';
  if (!/^identity$/i.test(coding)) throw new CompressedBodyError();
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

type Issue = z.core.$ZodIssue;

/** Says what is wrong with a body, without quoting values, which may be codes. */
function describeIssue(issue: Issue | undefined, body: unknown): string {
  if (issue?.code === 'unrecognized_keys') {
    const named = issue.keys.filter((key) => /^[A-Za-z_]{1,32}$/.test(key));
    return named.length > 0 ? `Unknown key: ${named.join(', ')}` : 'Unknown key';
  }
  const [name] = issue?.path ?? [];
  if (!issue || name === undefined) return 'The body must be a JSON object';
  const isMissing = (body as Record<PropertyKey, unknown>)[name] === undefined;
  return `${String(name)}: ${isMissing ? 'is required' : describeRule(issue)}`;
}

function describeRule(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'boolean' ? 'must be true or false' : `must be a ${issue.expected}`;
    case 'too_small':
      return 'must not be empty';
    case 'too_big':
      return `must be at most ${issue.maximum} characters`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    default:
      return issue.message;
  }
}

/**
 * Reads a form of at most 4 KiB; null when the body is not a form.
 *
 * @throws OtpError `invalid_request` for a body that is too long or breaks off
 */
export async function readForm(request: HttpRequest): Promise<URLSearchParams | null> {
  if (!/^application\/x-www-form-urlencoded *(?:;|$)/i.test(request.header('content-type') ?? ''))
    return null;
  const bytes = await request.readBytes();
  refuseCompressed(request);
  return new URLSearchParams(Buffer.from(bytes).toString());
}
