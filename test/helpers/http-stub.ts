import './fresh-connections.js';
import { startHttpStub as startStub } from '../../src/testing/http-stub.js';
import { stopAtEnd } from './leftovers.js';

export type { HttpStub, ReceivedRequest, StubAnswer } from '../../src/testing/http-stub.js';

/** A provider on a free port, until the tests of the file are over. */
export async function startHttpStub(...first: Parameters<typeof startStub>) {
  const stub = await startStub(...first);
  stopAtEnd(stub.close);
  return stub;
}
