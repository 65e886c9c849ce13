// The lists of spec/folding.json as the tables of each implementation.
import { readFileSync } from 'node:fs';
import type { Folding } from './folding-lists.js';

const root = new URL('../', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, root), 'utf8');

/** Files by name. Made from committed text alone: the Unicode tables of the Node that runs this decide nothing. */
export function formatFoldingFiles(): Record<string, string> {
  const folding: Folding = JSON.parse(read('spec/folding.json'));
  const { dropped, spaces, hyphens, digits, full_width } = folding;
  const tables: [name: string, what: string, ranges: string[]][] = [
    ['dropped', 'Format characters and variation selectors: dropped.', dropped],
    ['spaces', 'Space separators: a space.', spaces],
    ['hyphens', 'Dashes: a hyphen.', hyphens],
    // A zero each, since browsers load this.
    ['zeros', 'Zeros, each followed by the digits from 1 to 9.', findZeros(digits)],
    ['fullWidth', 'Full-width forms of U+0021 to U+007E.', full_width],
  ];
  const origin = `Generated from spec/folding.json (Unicode ${folding.unicode}) by scripts/folding-tables.ts.`;
  const typescript = tables.map(
    ([name, what, ranges]) => `/** ${what} */\nexport const ${name} =${wrap(` '${write(ranges)}';`)}\n`,
  );
  const python = tables.map(
    ([name, what, ranges]) =>
      `#: ${what}\n${toSnakeCase(name).toUpperCase()} = (\n${splitLines(write(ranges))}\n)\n`,
  );
  const table = `// ${origin}\n// Hexadecimal code points and ranges of them.\n\n${typescript.join('')}`;
  return {
    'src/core/folding-table.ts': table,
    'sdk/javascript/src/folding-table.ts': table,
    'sdk/python/stateless_otp/_folding_table.py': `"""${origin}\n\nHexadecimal code points and ranges of them.\n"""\n\n${python.join('')}`,
  };
}

function findZeros(digits: string[]): string[] {
  return digits.flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map((point) => Number.parseInt(point, 16));
    const zeros = Array.from({ length: (last - first + 1) / 10 }, (_, ten) => first + 10 * ten);
    return zeros.map((zero) => zero.toString(16).padStart(4, '0'));
  });
}

const write = (ranges: string[]) => ranges.join(' ').toLowerCase();

/** As the formatter wants it. */
const wrap = (text: string) => (text.length > 80 ? `\n ${text}` : text);

function splitLines(text: string): string {
  const lines = text.match(/.{1,100}(?: |$)/g) ?? [];
  return lines.map((line) => `    "${line}"`).join('\n');
}

const toSnakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
