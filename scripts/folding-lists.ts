// Writes spec/folding.json from the Unicode tables of the Node that runs it. Needed only to move to another version of Unicode.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The version of Unicode that the lists are made from. */
const unicode = '17.0';

export interface Folding {
  protocol: string;
  unicode: string;
  dropped: string[];
  spaces: string[];
  hyphens: string[];
  digits: string[];
  full_width: string[];
}

/** @throws RangeError on a Node with another version of Unicode */
export function listFolding(): Folding {
  if (process.versions.unicode !== unicode) {
    throw new RangeError(
      `spec/folding.json needs Unicode ${unicode}, this Node has ${process.versions.unicode}`,
    );
  }
  return {
    protocol: 'stateless-otp/v1',
    unicode,
    dropped: listRanges(/\p{Cf}|\p{Variation_Selector}/u),
    spaces: listRanges(/\p{Zs}/u),
    hyphens: listRanges(/\p{Pd}/u),
    digits: listRanges(/\p{Nd}/u),
    full_width: listRanges(/[\uff01-\uff5e]/u),
  };
}

/** What is not ASCII and matches, as `0660-0669`. */
function listRanges(pattern: RegExp): string[] {
  const ranges: { first: number; last: number }[] = [];
  for (let point = 0x80; point <= 0x10ffff; point++) {
    if (!pattern.test(String.fromCodePoint(point))) continue;
    const range = ranges.at(-1);
    if (range?.last === point - 1) range.last = point;
    else ranges.push({ first: point, last: point });
  }
  const write = (point: number) => point.toString(16).toUpperCase().padStart(4, '0');
  return ranges.map(({ first, last }) => (first === last ? write(first) : `${write(first)}-${write(last)}`));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(
    new URL('../spec/folding.json', import.meta.url),
    `${JSON.stringify(listFolding(), null, 1)}\n`,
  );
}
