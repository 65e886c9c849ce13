import { request } from 'node:http';
import { readConsoleCodes } from './console-codes.js';
import { type Service, unlimited } from './fleet.js';
import { createHttpClient } from './http-client.js';
import { until } from './until.js';

const flowsPerSecond = 50;
/** On a machine that is too slow for the rate, the rest waits. */
const maxFlowsAtOnce = 100;

export interface RollingLoadOptions {
  /** Starts an instance as the deploy of the moment has it. */
  start(env: Record<string, string>): Promise<Service>;
  /** What else a relying party does with each token. @throws for one that it does not accept */
  checkOutside?(token: string): Promise<unknown>;
}

/**
 * Two instances under a steady load of 200 requests a second: a code is asked for at one, verified at the other, and the
 * token is checked at both. Instances are replaced one by one, without a request in flight being cut.
 */
export async function startRollingLoad({ start, checkOutside }: RollingLoadOptions) {
  const client = createHttpClient();
  const startInstance = async () => trackInstance(await start(unlimited));
  let fleet: Instance[] = await Promise.all([startInstance(), startInstance()]);
  const failures: string[] = [];
  const startedAt = performance.now();
  let [flows, calls] = [0, 0];
  let isRunning = true;
  let lastToken = '';
  const inFlight = new Set<Promise<void>>();

  /** Sends to one of the instances, which is not stopped before it has answered. */
  async function ask<Answer>(index: number, send: (instance: Instance) => Promise<Answer>): Promise<Answer> {
    const instance = fleet[index % 2] as Instance;
    instance.calls += 1;
    return send(instance).finally(() => {
      instance.calls -= 1;
    });
  }

  async function call(
    index: number,
    send: (instance: Instance) => Promise<{ status: number; body: object }>,
  ) {
    const answered = await ask(index, async (instance) => ({ instance, answer: await send(instance) }));
    calls += 1;
    const { status, body } = answered.answer;
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    return { instance: answered.instance, body: body as Record<string, unknown> };
  }

  async function flow(index: number): Promise<void> {
    const identity = `user:rotation.${index}`;
    const post = (at: number, path: string, body: object) =>
      call(at, ({ service }) => client.post(`${service.url}/api/v1/${path}`, body));
    const asked = await post(index, 'otp/request', { identity });
    const otp = await asked.instance.readCode(identity);
    const { challenge } = asked.body;
    const verified = await post(index + 1, 'otp/verify', { identity, otp, challenge });
    const token = String(verified.body['access_token']);
    const checked = await post(index, 'token/verify', { token });
    if (checked.body['active'] !== true) throw new Error('the token is not active at the other instance');
    await call(index + 1, ({ service }) => askGate(service, token));
    await checkOutside?.(token);
    lastToken = token;
  }

  function launch(): void {
    const running = flow(flows++)
      .catch((error: Error) => void failures.push(error.message))
      .finally(() => inFlight.delete(running));
    inFlight.add(running);
  }
  const load = (async () => {
    while (isRunning) {
      const due = ((performance.now() - startedAt) / 1000) * flowsPerSecond;
      while (flows < due && inFlight.size < maxFlowsAtOnce) launch();
      await new Promise((resolve) => setTimeout(resolve, 1000 / flowsPerSecond));
    }
  })();
  const drain = () => Promise.all([...inFlight]);

  return {
    failures,
    /** A token that is in use now. */
    readToken: async () => {
      await until('a flow has come to its end', () => lastToken !== '');
      return lastToken;
    },
    /** Replaces one instance after the other, then waits for the flows that have seen the old ones. */
    async deploy(): Promise<void> {
      for (const index of [0, 1]) {
        const old = fleet[index] as Instance;
        const fresh = await startInstance();
        fleet = fleet.map((instance, at) => (at === index ? fresh : instance));
        await until('the old instance has answered', () => old.calls === 0);
        await old.service.stop();
      }
      await drain();
    },
    /** Asks the one instance or the other, as someone outside does. */
    fetch: (index: number, path: string, init: RequestInit = {}) =>
      ask(index, ({ service }) => fetch(new URL(path, service.url), init)),
    instances: () => fleet.map(({ service }) => service),
    /** Goes on until so many requests were made, then stops the load. Returns how many there were a second. */
    async finish(leastCalls: number): Promise<{ calls: number; perSecond: number }> {
      while (calls < leastCalls && failures.length === 0) {
        const before = calls;
        await until('one more request was answered', () => calls > before || failures.length > 0);
      }
      isRunning = false;
      await load;
      await drain();
      return { calls, perSecond: calls / ((performance.now() - startedAt) / 1000) };
    },
    async stop(): Promise<void> {
      isRunning = false;
      await load;
      await Promise.all(fleet.map(({ service }) => service.stop()));
      client.close();
    },
  };
}

interface Instance {
  service: Service;
  /** Requests in flight. */
  calls: number;
  readCode(identity: string): Promise<string>;
}

const trackInstance = (service: Service): Instance => ({
  service,
  calls: 0,
  readCode: readConsoleCodes(service),
});

/** A reverse proxy's question, with the bearer token. */
function askGate({ url }: Service, token: string): Promise<{ status: number; body: object }> {
  return new Promise((resolve) => {
    const headers = { Authorization: `Bearer ${token}` };
    const outgoing = request(`${url}/authz/auth-request`, { headers, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: {} }));
      response.on('error', () => resolve({ status: 0, body: {} }));
    });
    outgoing.on('error', () => resolve({ status: 0, body: {} }));
    outgoing.end();
  });
}
