import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { installProgram } from '../../scripts/install-program.mjs';
import { createDocsFolder, readCodeBlocks } from '../helpers/docs.js';

// It brings a compiler of its own, since it cannot use the one of this project.
const vueTsc = installProgram('vue-tsc', '3.3.14', 'vue-tsc/bin/vue-tsc.js');
const folder = createDocsFolder();
after(() => rmSync(folder, { recursive: true }));

const documented = readCodeBlocks('docs/sign-in.md').find(({ language }) => language === 'vue')?.code ?? '';

/** Each `@vue-expect-error` is itself an error where nothing is wrong. */
const refused = `<script setup lang="ts">
import 'stateless-otp-sdk/vue';
</script>

<template>
  <stateless-otp-sign-in base-url="/api/v1" required @otp-error="({ detail }) => detail.retryAfterSeconds" />
  <otp-input web-otp :length="8" name="otp" @otp-complete="() => {}" />
  <!-- @vue-expect-error no such alphabet -->
  <otp-input alphabet="base64" />
  <!-- @vue-expect-error no such attribute -->
  <stateless-otp-sign-in base-uri="/api/v1" />
  <!-- @vue-expect-error no such client -->
  <stateless-otp-sign-in :client="5" />
  <!-- @vue-expect-error no such detail -->
  <stateless-otp-sign-in @otp-verified="({ detail }) => detail.token" />
</template>
`;

test('Vue checks attributes, properties and events of the elements in templates, as the documentation writes them', () => {
  writeFileSync(join(folder, 'Documented.vue'), documented);
  writeFileSync(join(folder, 'Refused.vue'), refused);
  for (const [module, moduleResolution] of [
    ['esnext', 'bundler'],
    ['nodenext', 'nodenext'],
  ]) {
    const compilerOptions = {
      strict: true,
      noEmit: true,
      target: 'es2022',
      lib: ['es2022', 'dom', 'dom.iterable'],
      types: [],
      module,
      moduleResolution,
    };
    const config = { compilerOptions, vueCompilerOptions: { strictTemplates: true }, include: ['*.vue'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const { stdout, status } = spawnSync(vueTsc, ['-p', folder], { encoding: 'utf8' });
    assert.deepEqual([stdout, status], ['', 0], module);
  }
});
