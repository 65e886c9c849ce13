import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './process.js';

export interface TableRow {
  line: number;
  cells: string[];
}

/** The rows of every table under a heading of a Markdown file, without those that name the columns. */
export function readTables(file: string, heading: string): TableRow[][] {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  const start = lines.indexOf(`## ${heading}`);
  if (start === -1) throw new Error(`${file} has no heading "${heading}"`);
  const end = lines.findIndex((line, at) => at > start && line.startsWith('## '));
  const tables: TableRow[][] = [];
  let table: TableRow[] | undefined;
  for (const [index, line] of lines.slice(0, end === -1 ? undefined : end).entries()) {
    if (index <= start) continue;
    if (/^\|(?:---\|)+$/.test(line)) {
      table = [];
      tables.push(table);
    } else if (!line.startsWith('|')) table = undefined;
    else table?.push({ line: index + 1, cells: splitRow(line) });
  }
  return tables;
}

/** A bar within code does not end a cell when it is escaped. */
function splitRow(line: string): string[] {
  return line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/** What is in backticks. */
export const readCode = (cell: string): string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
