import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { createDocsFolder, readCodeBlocks } from '../helpers/docs.js';
import { root } from '../helpers/process.js';

const folder = createDocsFolder();
after(() => rmSync(folder, { recursive: true }));

/** What the compiler says of these files, in a project set up in this way. */
function compile(name: string, files: Record<string, string>, options: object): string {
  const project = join(folder, name);
  mkdirSync(project);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(project, file), text);
  const compilerOptions = {
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable'],
    types: [],
    module: 'esnext',
    moduleResolution: 'bundler',
    ...options,
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  return spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', project], { encoding: 'utf8' }).stdout;
}

/** The block that a page shows in this language. */
function readBlock(language: string): string {
  const block = readCodeBlocks('docs/sign-in.md').find((block) => block.language === language);
  assert.ok(block, language);
  return block.code;
}

const nodenext = { module: 'nodenext', moduleResolution: 'nodenext' };
const jsx = { jsx: 'react-jsx' };
const types18 = join(root, 'node_modules/@types/react-18');
const react18 = { ...jsx, paths: { react: [types18], 'react/*': [`${types18}/*`] } };

describe('the elements in React', () => {
  const refused = `import 'stateless-otp-sdk/react';
// @ts-expect-error
export const misspelt = <stateless-otp-sign-in baseurl="/api/v1" />;
// @ts-expect-error
export const alphabet = <otp-input alphabet="base64" />;
// @ts-expect-error
export const gone = <otp-inputs />;
`;

  test('19 have typed attributes, properties and events', () => {
    const mistyped = `import 'stateless-otp-sdk/react';
export const App = () => <stateless-otp-sign-in onotp-verified={({ detail }) => detail.accessToken.toUpperCase()} />;
// @ts-expect-error
export const event = <stateless-otp-sign-in onotp-verified={({ detail }) => detail.token} />;
// @ts-expect-error
export const client = <stateless-otp-sign-in client="/api/v1" />;
`;
    const files = { 'app.tsx': readBlock('tsx'), 'refused.tsx': refused, 'mistyped.tsx': mistyped };
    assert.equal(compile('react-19', files, jsx), '');
    assert.equal(compile('react-19-nodenext', files, { ...jsx, ...nodenext }), '');
    assert.equal(
      compile(
        'react-19-classic',
        { 'refused.tsx': `import React from 'react';\n${refused}` },
        { jsx: 'react', esModuleInterop: true },
      ),
      '',
    );
  });

  test('18 have typed attributes, and nothing that React 18 would write out as text', () => {
    const app = `import { useEffect, useRef } from 'react';
import { type StatelessOTPSignInElement, OTPClient } from 'stateless-otp-sdk/react';
export function SignIn({ onToken }: { onToken(token: string): void }) {
  const element = useRef<StatelessOTPSignInElement>(null);
  useEffect(() => {
    const stop = new AbortController();
    element.current?.addEventListener('otp-verified', ({ detail }) => onToken(detail.accessToken), stop);
    return () => stop.abort();
  }, [onToken]);
  return <stateless-otp-sign-in ref={element} base-url="/api/v1" name="token" required="" className="card" />;
}
// @ts-expect-error
export const flag = <stateless-otp-sign-in required={false} />;
// @ts-expect-error
export const event = <stateless-otp-sign-in onotp-verified={() => {}} />;
// @ts-expect-error
export const client = <stateless-otp-sign-in client={new OTPClient({ baseUrl: '/' })} />;
`;
    assert.equal(compile('react-18', { 'app.tsx': app, 'refused.tsx': refused }, react18), '');
  });
});

test('the elements in Vue have typed attributes, properties and events', () => {
  const app = `import type { GlobalComponents } from 'vue';
import 'stateless-otp-sdk/vue';
type SignIn = InstanceType<GlobalComponents['stateless-otp-sign-in']>;
type Field = InstanceType<GlobalComponents['otp-input']>;
export const props: SignIn['$props'] = { 'base-url': '/api/v1', required: true, name: 'token', class: 'card' };
export const field: Field['$props'] = { length: 8, alphabet: 'base32', 'web-otp': true, value: '' };
// @ts-expect-error
export const mistyped: Field['$props'] = { alphabet: 'base64' };
export function listen(element: SignIn, event: CustomEvent<{ accessToken: string }>): void {
  // @ts-expect-error
  element.$emit('otp-verify', event);
  // @ts-expect-error
  element.$emit('otp-verified', event);
}
`;
  assert.equal(compile('vue', { 'app.ts': app }, {}), '');
  assert.equal(compile('vue-nodenext', { 'app.ts': app }, nodenext), '');
});

test('without a framework, elements and events are typed in the DOM', () => {
  const app = `import 'stateless-otp-sdk/elements';
document.querySelector('stateless-otp-sign-in')?.addEventListener('otp-verified', ({ detail }) => {
  const token: string = detail.accessToken;
  document.title = token;
});
document.querySelector('stateless-otp-sign-in')?.addEventListener('otp-error', ({ detail }) => {
  document.title = detail.code;
  // @ts-expect-error
  document.title = detail.token;
});
`;
  assert.equal(compile('dom', { 'app.ts': app }, {}), '');
});
