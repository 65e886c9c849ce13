import type { Call } from '../outcomes/call.js';
import type { Access } from './access.js';
import type { ApiCaller } from './api-keys.js';
import type { RouteDocument } from './describe.js';
import type { HttpReply } from './reply.js';
import type { HttpRequest } from './request.js';

/** Who asks, as far as the dispatcher can tell. */
export interface Caller {
  /**
   * The id of the request, the address to count against, and the name of the API key where one is asked for. The address is
   * undefined where the holder of a key names none.
   */
  call: Call;
  /** Where an API key is asked for. */
  holder: ApiCaller | undefined;
}

export interface Route {
  /** HEAD is served by the route of GET; `*` takes every method that no other route at the path does. */
  method: 'GET' | 'POST' | '*';
  /** Exact, or a folder followed by `*`, such as `/assets/*`, for every file in it. */
  path: string;
  /** Any one of these is sufficient. */
  access: readonly Access[];
  /** Its entry in the OpenAPI document, which has none without it. */
  document?: RouteDocument;
  /** May throw an OtpError, which becomes a problem. */
  answer(request: HttpRequest, caller: Caller): HttpReply | Promise<HttpReply>;
}

/** Answers any request. Never rejects. */
export type Dispatch = (request: HttpRequest) => Promise<HttpReply>;
