import type { OtpOptions } from '../../src/index.js';
import { createTestOtp } from './otp.js';
import { createPageClient, type Page, type PageClient } from './page-client.js';

/** The library with its page, and browsers to visit it. */
export function createSignIn(options: Partial<OtpOptions> = {}) {
  const parts = createTestOtp({ unsafeInsecureCookies: true, ...options });
  const open = (headers: Record<string, string> = {}, remoteAddress?: string) =>
    createPageClient(parts.otp.handler, { headers, ...(remoteAddress ? { remoteAddress } : {}) });

  /** Asks for a code for this identity; the code is in the inbox. */
  async function ask(browser: PageClient, identity = 'alice@example.com', path = '/sign-in'): Promise<Page> {
    return browser.submit(await browser.get(path), '/sign-in', { identity });
  }

  const type = (browser: PageClient, page: Page, otp: string) =>
    browser.submit(page, '/sign-in/code', { otp });
  return { ...parts, open, ask, type };
}

/** What the page says about the step before. */
export function readNotice(page: Page): string | null {
  return /<p class="notice[^>]*>([^<]*)/.exec(page.text)?.[1] ?? null;
}
