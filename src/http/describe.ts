import type { ErrorCode } from '../errors.js';
import { problems } from './problems.js';
import type { Schemas } from './schemas.js';

export function jsonBody<Schema>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } };
}

export function formBody<Schema>(schema: Schema) {
  return { required: true, content: { 'application/x-www-form-urlencoded': { schema } } };
}

export function json<Schema>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } };
}

const retryAfter = { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' as const } } };
const authenticate = { 'WWW-Authenticate': { schema: { type: 'string' as const } } };
/** Headers of problems, by status. */
const problemHeaders: Record<number, object> = {
  401: authenticate,
  409: retryAfter,
  429: retryAfter,
  503: retryAfter,
};

/** The problems of a route by status, always including `internal`. */
export function describeProblems(schemas: Schemas, codes: ErrorCode[]) {
  const descriptions: Record<number, string> = {};
  for (const code of [...codes, 'internal' as const]) {
    const { status, title } = problems[code];
    descriptions[status] = `${descriptions[status] ? `${descriptions[status]}. ` : ''}\`${code}\`: ${title}`;
  }
  const content = { 'application/problem+json': { schema: schemas.problem } };
  return Object.fromEntries(
    Object.entries(descriptions).map(([status, description]) => {
      const headers = problemHeaders[Number(status)];
      return [status, headers ? { description, headers, content } : { description, content }];
    }),
  );
}
