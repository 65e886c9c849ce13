type Listener = Parameters<AbortSignal['addEventListener']>[1];
type Options = Parameters<AbortSignal['addEventListener']>[2];

/**
 * A controller whose abort does not throw what listeners of its signal throw: Node throws that where nobody can catch it, and
 * the process ends. Signals that `AbortSignal.any` derives are out of reach.
 */
export function createGuardedController(): AbortController {
  const controller = new AbortController();
  const { signal } = controller;
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  const guarded = new WeakMap<object, (event: Event) => void>();
  // Node assigns `onabort` by this method too.
  signal.addEventListener = (type: string, listener: Listener, options?: Options) => {
    if (!isObject(listener)) return add(type, listener, options);
    const known = guarded.get(listener) ?? guard(signal, listener);
    guarded.set(listener, known);
    add(type, known, options);
  };
  signal.removeEventListener = (type: string, listener: Listener, options?: Options) =>
    remove(type, (isObject(listener) && guarded.get(listener)) || listener, options);
  return controller;
}

function guard(signal: AbortSignal, listener: NonNullable<Listener>): (event: Event) => void {
  return async (event) => {
    try {
      await (typeof listener === 'function' ? listener.call(signal, event) : listener.handleEvent(event));
    } catch {
      // The message has its outcome: the time limit was reached.
    }
  };
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
