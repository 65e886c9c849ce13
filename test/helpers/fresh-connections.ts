// A server closes a connection that has been idle for some seconds. On a machine that stands still for as long, the next
// request over it crosses with its end and is lost (RFC 9112 §9.5), whatever a test is about. In tests, each request of
// `fetch` therefore has a connection of its own.

type Dispatcher = NonNullable<RequestInit['dispatcher']>;
type Agent = new (options: { pipelining: number }) => Dispatcher;

// Node loads undici, and makes its dispatcher, on the first request.
await fetch('data:,');
const dispatchers = globalThis as unknown as Record<symbol, Dispatcher | undefined>;
const keys = [1, 2].map((version) => Symbol.for(`undici.globalDispatcher.${version}`));
// Where there is a second one, the first may only pass requests on to it.
const key = keys.find((name) => dispatchers[name]?.constructor.name === 'Agent');
const keeping = key && dispatchers[key];
if (!keeping) throw new Error(`undici ${process.versions['undici']} keeps its dispatcher elsewhere`);
// What undici calls no pipelining at all.
const fresh = new (keeping.constructor as Agent)({ pipelining: 0 });
for (const name of keys) if (dispatchers[name]) dispatchers[name] = fresh;

/** `fetch` that keeps its connections, for tests of what a server does with them. */
export const fetchKeeping: typeof fetch = (input, init) => fetch(input, { ...init, dispatcher: keeping });
