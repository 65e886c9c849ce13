import { after, before } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { OtpOptions } from '../../src/index.js';
import { launchBrowser } from './browser.js';
import { startInProcess } from './in-process.js';

type Service = Awaited<ReturnType<typeof startInProcess>>;
export type Closing = { after(fn: () => Promise<void>): void };

export interface PageInBrowser {
  readonly service: Service;
  /** A browser of its own: another person's, or another device. */
  open(
    t: Closing,
    options?: Parameters<Browser['newContext']>[0],
  ): Promise<{ context: BrowserContext; page: Page }>;
}

/** For all tests of a file: the sign-in page in this process, with limits that no test reaches, and a real browser. */
export function usePageInBrowser(
  readOptions: (url: string) => Partial<OtpOptions> = () => ({}),
): PageInBrowser {
  let service: Service;
  let browser: Browser;
  before(async () => {
    service = await startInProcess((url) => ({
      requestIpMax: 0,
      verifyIpMax: 0,
      requestIdentityMax: 1000,
      ...readOptions(url),
    }));
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    service?.close();
  });
  return {
    get service() {
      return service;
    },
    async open(t, options = {}) {
      const context = await browser.newContext(options);
      t.after(() => context.close());
      return { context, page: await context.newPage() };
    },
  };
}
