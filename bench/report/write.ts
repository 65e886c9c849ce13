import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Report } from '../results.js';
import { round } from '../statistics.js';
import { drawChart } from './chart.js';
import { formatMarkdown } from './markdown.js';

/** Writes the three files of a report; returns their paths as seen from here. */
export function writeReport(report: Report, folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  const name = report.startedAt.slice(0, 16).replace(':', '');
  const texts = {
    json: `${JSON.stringify(report, (_key, value) => (typeof value === 'number' ? round(value, 5) : value), 1)}\n`,
    md: formatMarkdown(report),
    svg: drawChart(report),
  };
  return Object.entries(texts).map(([kind, text]) => {
    const file = join(folder, `${name}.${kind}`);
    writeFileSync(file, text);
    return relative(process.cwd(), file);
  });
}
