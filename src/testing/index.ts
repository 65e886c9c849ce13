export type { ReceivedRequest, StubAnswer } from './http-stub.js';
export type { CreateStoreHarness, StoreHarness } from './store/subject.js';
export {
  describeStore,
  type OptionalVerb,
  type StoreContractOptions,
} from './store.js';
export {
  type Behaviour,
  describeHttpTransport,
  describeTransport,
  type HttpProvider,
  type TransportHarness,
  type TransportOutcome,
} from './transport.js';
