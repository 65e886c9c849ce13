import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../helpers/process.js';
import { everyMessage } from './every-message.js';

const folder = join(root, 'test/messages/snapshots');

/** Per locale one file of texts and one of HTML. */
function render(): Map<string, string> {
  const files = new Map<string, string>();
  for (const { locale, channel, kind, content } of everyMessage()) {
    const name = `${locale}.txt`;
    const part = `== ${channel}, ${kind}\nSubject: ${content.subject}\n\n${content.text.trimEnd()}\n\n`;
    files.set(name, (files.get(name) ?? '') + part);
    if (content.html !== undefined && kind === 'full') files.set(`${locale}.html`, content.html);
  }
  return files;
}

test('what people receive is what is committed (UPDATE_SNAPSHOTS=1 writes it again)', () => {
  const rendered = render();
  if (process.env.UPDATE_SNAPSHOTS === '1') {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const [name, text] of rendered) writeFileSync(join(folder, name), text);
  }
  assert.deepEqual(readdirSync(folder).sort(), [...rendered.keys()].sort());
  for (const [name, text] of rendered) assert.equal(readFileSync(join(folder, name), 'utf8'), text, name);
});
