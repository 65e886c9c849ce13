import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { measureContrasts } from './contrast.js';
import { requireTool } from './tools.js';
import { patienceMs } from './until.js';

/** Debian's Chromium, without a window and without a word to anyone else. It waits as long as `until` for what is to come. */
export async function launchBrowser(args: string[] = []): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: requireTool('chromium'),
    timeout: patienceMs,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...args,
    ],
  });
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(patienceMs);
    return context;
  };
  return browser;
}

interface AxeResults {
  violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails with what axe finds wrong on this page, of all it knows, and with what is too faint to be read. */
export async function assertAccessible(page: Page, name: string): Promise<void> {
  // Injected past the policy of the page, which lets in no script but its own.
  const { violations } = (await page.evaluate(
    `${axeSource}; axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] })`,
  )) as AxeResults;
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`),
    [],
  );
  const { count, faint } = await measureContrasts(page);
  assert.deepEqual(faint, [], name);
  assert.ok(count > 0, `${name}: contrast was measured`);
}

/** Collects what a page complains of: broken policies, failed requests, script errors. */
export function watchComplaints(page: Page, complaints: string[]): void {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
}
