import { after, before, describe } from 'node:test';
import { startEchoApp } from './echo-app.js';
import { productionSecrets } from './otp.js';
import { startService } from './process.js';
import { type Behind, proxies, type RunningProxy } from './proxies.js';
import { type Asking, ask, type ProxyAnswer } from './proxy-client.js';
import { createTestTokens } from './tokens.js';

type Service = Awaited<ReturnType<typeof startService>>;
type App = Awaited<ReturnType<typeof startEchoApp>>;

export interface Site {
  readonly service: Service;
  readonly app: App;
  readonly behind: Behind;
}

/** Tokens as the service of the site makes them; with another secret, as it does not. */
export function createSiteTokens(
  clock: () => number = Date.now,
  secret: string = productionSecrets.JWT_SECRET,
) {
  return createTestTokens({ clock, keyOptions: { secret } }).tokens;
}

/** The service and an application for all tests of a file, to put behind proxies. */
export function useSite(settings: Record<string, string> = {}): Site {
  let service: Service;
  let app: App;
  before(async () => {
    app = await startEchoApp();
    service = await startService({
      NODE_ENV: 'production',
      ...productionSecrets,
      OTP_ALLOW_CONSOLE_DELIVERY: 'true',
      TRUSTED_PROXIES: 'loopback',
      ...settings,
    });
  });
  after(async () => {
    await service?.stop();
    await app?.close();
  });
  return {
    get service() {
      return service;
    },
    get app() {
      return app;
    },
    get behind() {
      return { service: Number(new URL(service.url).port), app: app.port };
    },
  };
}

/** The answer, and how many requests the application got for it. */
export type AskSite = (asking?: Asking) => Promise<ProxyAnswer & { reached: number }>;

/** The same tests behind each proxy, with the example configuration that we give people. */
export function describeProxies(
  title: string,
  site: Site,
  define: (askSite: AskSite, start: (behind: Behind) => Promise<RunningProxy>) => void,
  changes: Partial<Behind> = {},
): void {
  for (const [name, start] of Object.entries(proxies)) {
    describe(`${title}behind ${name}`, () => {
      let proxy: RunningProxy;
      before(async () => {
        proxy = await start({ ...site.behind, ...changes });
      });
      after(() => proxy?.stop());
      define(async (asking = {}) => {
        const already = site.app.received.length;
        const answer = await ask(proxy.port, asking);
        return { ...answer, reached: site.app.received.length - already };
      }, start);
    });
  }
}
