import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './process.js';

export interface CodeBlock {
  file: string;
  line: number;
  language: string;
  code: string;
}

/** The Markdown files that users read. */
export const docs = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].concat(
  readdirSync(join(root, 'docs'), { recursive: true })
    .map((name) => `docs/${name}`)
    .filter((name) => name.endsWith('.md')),
  ['examples/README.md', 'sdk/javascript/README.md'],
);

/** The fenced code blocks of a Markdown file. */
export function readCodeBlocks(file: string): CodeBlock[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    file,
    line: text.slice(0, match.index).split('\n').length,
    language: match[1] ?? '',
    code: match[2] ?? '',
  }));
}

/** A folder in which the package can be imported by its name, as users do. */
export function createDocsFolder(): string {
  mkdirSync(join(root, '.scratch'), { recursive: true });
  return mkdtempSync(join(root, '.scratch', 'docs-'));
}

/** Writes the TypeScript blocks of a page, each under the name in its first line or its number. */
export function writeBlocks(file: string, folder: string): number {
  const sources = readCodeBlocks(file).filter(({ language }) => language === 'ts');
  sources.forEach(({ code, line }, index) => {
    const [, name = `block${index}.ts`] = /^\/\/ (\S+\.ts)\n/.exec(code) ?? [];
    writeFileSync(join(folder, name), code.replace('\n', ` // ${file}:${line}\n`));
  });
  return sources.length;
}
