import type { Operation } from './operation.js';
import { request } from './request.js';
import { repeat } from './supply.js';

const someToken = 'a'.repeat(300);

/** The same body as a request for a code. */
export const post: Operation = request;

export const get: Operation = {
  prepare: ({ system }) => repeat(() => system.protocol.bearer(someToken)),
};

/** With the headers of a gate check, which are more to read. */
export const getAsGate: Operation = {
  prepare: ({ system }) => repeat(() => system.protocol.gate(someToken)),
};
