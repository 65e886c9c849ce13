import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchRoot } from '../launch.js';
import type { Report } from '../results.js';
import { sections } from './sections.js';

export const pageFile = join(benchRoot, '../docs/performance.md');

/** Writes the figures of a run into the page. */
export function writePage(report: Report): void {
  writeFileSync(pageFile, fillPage(readFileSync(pageFile, 'utf8'), report));
}

/**
 * Replaces what is between `<!-- measured: name -->` and `<!-- end -->` by the section of that name.
 *
 * @throws RangeError for a name that no section has
 */
export function fillPage(page: string, report: Report): string {
  return page.replaceAll(
    /(<!-- measured: ([\w-]+) -->\n)[\s\S]*?(?=<!-- end -->)/g,
    (_whole, start: string, name: string) => {
      const section = sections[name];
      if (!section) throw new RangeError(`no section of the page is called ${name}`);
      return `${start}\n${section(report)}\n\n`;
    },
  );
}
