import { z } from '@hono/zod-openapi';

/** The JSON body of a request, by its name in the OpenAPI document. Unknown members are refused. */
export function requestBody<Shape extends z.ZodRawShape>(name: string, shape: Shape) {
  return z.strictObject(shape).openapi(name);
}

/** The JSON body of an answer, by its name in the OpenAPI document. */
export function answerBody<Shape extends z.ZodRawShape>(name: string, shape: Shape) {
  return z.object(shape).openapi(name);
}
