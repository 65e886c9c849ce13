import { type ReceivedRequest, type StubAnswer, startHttpStub } from './http-stub.js';

/** A token endpoint (RFC 6749 §3.2) that numbers its tokens. */
export async function startTokenEndpoint({
  expiresIn = 3600,
}: {
  expiresIn?: number | string | undefined;
} = {}) {
  let issued = 0;
  let next: ((request: ReceivedRequest) => StubAnswer | 'silence' | 'reset') | undefined;
  const issue = (more: Record<string, unknown> = {}): StubAnswer => {
    issued += 1;
    const body = { token_type: 'Bearer', access_token: `access-${issued}`, expires_in: expiresIn, ...more };
    return { status: 200, body };
  };
  const stub = await startHttpStub((request) => next?.(request) ?? issue());
  return {
    url: `${stub.url}/token`,
    issue,
    /** What it answers from now on; without one, tokens. */
    behave(answer?: (request: ReceivedRequest) => StubAnswer | 'silence' | 'reset') {
      next = answer;
    },
    issued: () => issued,
    requests: () => stub.received.length,
    /** The form of each request. */
    forms: () => stub.received.map(({ body }) => Object.fromEntries(new URLSearchParams(body))),
    received: stub.received,
    release: stub.release,
    close: stub.close,
  };
}
