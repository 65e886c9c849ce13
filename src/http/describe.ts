import type { RouteConfig } from '@hono/zod-openapi';
import type { ErrorCode } from '../errors.js';
import { problems } from './problems.js';
import type { Schemas } from './schemas.js';

type SchemaName = keyof Schemas;

/** What the OpenAPI document says of a route. Schemas are named, so that they are made only when it is requested. */
export interface RouteDocument extends Pick<RouteConfig, 'summary' | 'description'> {
  operationId: string;
  /** Headers that the route reads, by name. */
  headers?: Readonly<Record<string, string>>;
  body?: SchemaName;
  bodyType?: 'application/x-www-form-urlencoded';
  isBodyOptional?: boolean;
  /** By status. */
  answers: Readonly<Record<number, readonly [description: string, schema?: SchemaName]>>;
  /** Problems that the route may answer. `internal` is added to them; without the list, the route has none. */
  problems?: readonly ErrorCode[];
}

export function describeRoute(
  schemas: Schemas,
  { headers = {}, body, bodyType, isBodyOptional, answers, problems: codes, ...named }: RouteDocument,
): Omit<RouteConfig, 'method' | 'path'> {
  const parameters = Object.entries(headers).map(
    ([name, description]) => ({ name, in: 'header', description, schema: { type: 'string' } }) as const,
  );
  const content = (name: SchemaName, type = 'application/json') => ({ [type]: { schema: schemas[name] } });
  const described = Object.entries(answers).map(([status, [description, schema]]) => [
    status,
    schema === undefined ? { description } : { description, content: content(schema) },
  ]);
  return {
    ...named,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { request: { body: { required: !isBodyOptional, content: content(body, bodyType) } } }),
    responses: {
      ...Object.fromEntries(described),
      ...(codes && describeProblems(schemas, codes)),
      ...(body && describeCompressedBody(schemas)),
    },
  };
}

const retryAfter = { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' as const } } };
const authenticate = { 'WWW-Authenticate': { schema: { type: 'string' as const } } };
const problemHeaders: Record<number, object> = {
  401: authenticate,
  409: retryAfter,
  429: retryAfter,
  503: retryAfter,
};

function describeProblems(schemas: Schemas, codes: readonly ErrorCode[]) {
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

function describeCompressedBody(schemas: Schemas) {
  return {
    415: {
      description: 'The body is compressed',
      headers: { 'Accept-Encoding': { schema: { type: 'string' as const, const: 'identity' } } },
      content: { 'application/problem+json': { schema: schemas.problem } },
    },
  };
}
