import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { build, type Plugin } from 'esbuild';
import type { Browser } from 'playwright-core';
import { compileScript, parse } from 'vue/compiler-sfc';
import { launchBrowser, watchComplaints } from '../helpers/browser.js';
import { readCodeBlocks } from '../helpers/docs.js';
import { unlimited } from '../helpers/fleet.js';
import { type HttpStub, startHttpStub } from '../helpers/http-stub.js';
import { root, startService } from '../helpers/process.js';

/** The block that the page of the elements shows in this language, for this service. */
function readBlock(language: string, url: string): string {
  const block = readCodeBlocks('docs/sign-in.md').find((block) => block.language === language);
  assert.ok(block, language);
  return block.code.replaceAll('https://otp.example.com', url);
}

const isCustomElement = (tag: string) => tag === 'otp-input' || tag === 'stateless-otp-sign-in';

/** Compiles a Vue component as its build tools do. */
function compileVue(source: string): string {
  const { descriptor } = parse(source);
  const templateOptions = { compilerOptions: { isCustomElement } };
  return compileScript(descriptor, { id: 'app', inlineTemplate: true, templateOptions }).content;
}

/** A page's script of this module and what it imports, with the component as `app`. */
async function bundle(entry: string, component: string, loader: 'tsx' | 'ts'): Promise<string> {
  const provide: Plugin = {
    name: 'component',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^app$/ }, () => ({ path: 'app', namespace: 'component' }));
      onLoad({ filter: /.*/, namespace: 'component' }, () => ({
        contents: component,
        loader,
        resolveDir: root,
      }));
    },
  };
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: root, loader: 'tsx' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [provide],
  });
  return outputFiles[0]?.text ?? '';
}

const frameworks = {
  'React 19': {
    language: 'tsx',
    compile: (source: string) => source,
    loader: 'tsx',
    entry: `import { createRoot } from 'react-dom/client';
import { SignIn } from 'app';
createRoot(document.querySelector('main')).render(<><SignIn /><otp-input name="other" length={8} required label="Other" /></>);`,
  },
  'Vue 3': {
    language: 'vue',
    compile: compileVue,
    loader: 'ts',
    entry: `import { createApp, h } from 'vue';
import SignIn from 'app';
createApp(() => [h(SignIn), h('otp-input', { name: 'other', length: 8, required: true, label: 'Other' })]).mount('main');`,
  },
} as const;

describe('the elements in the component that the documentation shows', () => {
  let site: HttpStub;
  let service: Awaited<ReturnType<typeof startService>>;
  let browser: Browser;
  before(async () => {
    site = await startHttpStub();
    service = await startService({ ...unlimited, CORS_ORIGINS: site.url });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await service?.stop();
  });

  for (const [name, { language, compile, loader, entry }] of Object.entries(frameworks)) {
    test(`of ${name} sign in, tell the component, and take attributes that are properties too`, async (t) => {
      const script = await bundle(entry, compile(readBlock(language, service.url)), loader);
      site.answer({
        status: 200,
        headers: { 'content-type': 'text/html; charset=utf-8' },
        body: `<!doctype html><html lang="en"><head><title>App</title><link rel="icon" href="data:,"></head>
<body><main></main><script type="module">${script.replaceAll('</script', '<\\/script')}</script></body></html>`,
      });
      const context = await browser.newContext();
      t.after(() => context.close());
      const page = await context.newPage();
      const complaints: string[] = [];
      watchComplaints(page, complaints);
      await page.goto(site.url);
      await page.getByLabel('E-mail address or phone number').fill(`${language}@example.com`);
      await page.getByRole('button', { name: 'Continue' }).click();
      const [, code = ''] = await service.waitFor(new RegExp(`code (\\d{6}) for ${language}@example`));
      await page.locator('stateless-otp-sign-in otp-input input').fill(code);
      await page.getByText('Signed in for 900 s').waitFor();
      const other = await page.evaluate(`(() => {
        const field = document.querySelector('otp-input');
        const { name, length, shadowRoot } = field;
        return [name, length, shadowRoot.querySelectorAll('span').length, field.matches(':invalid')];
      })()`);
      assert.deepEqual(other, ['other', 8, 8, true]);
      assert.deepEqual(complaints, []);
    });
  }
});
