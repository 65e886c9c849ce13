import { readdirSync, readFileSync } from 'node:fs';
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
