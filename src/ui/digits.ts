/** Where the zero of each script stands whose keyboards type digits of their own: Arabic, Persian, Devanagari, full width. */
const zeros = [0x660, 0x6f0, 0x966, 0xff10];

/** What was typed, with the digits of other scripts as ASCII. Of the page alone: the API takes ASCII digits only. */
export function toAsciiDigits(typed: string): string {
  return Array.from(typed, (character) => {
    const point = character.codePointAt(0) ?? 0;
    const zero = zeros.find((first) => point >= first && point <= first + 9);
    return zero === undefined ? character : String(point - zero);
  }).join('');
}
