/** A value of a JSON text, with the line that it begins on. Numbers, `true`, `false` and `null` are only `other`. */
export type LocatedValue = { line: number } & (
  | { is: 'text'; text: string }
  | { is: 'list'; items: LocatedValue[] }
  | { is: 'object'; members: LocatedMember[] }
  | { is: 'other' }
);

export interface LocatedMember {
  name: string;
  line: number;
  value: LocatedValue;
}

const maxDepth = 32;
/** RFC 8259 §2, §6 and §7. */
const blanks = /[\t\n\r ]*/y;
const token =
  /[{}[\],:]|"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-[\]-\uffff]*)*"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;

/**
 * A recursive-descent JSON parser that keeps the line of every value, so that errors can name it; `JSON.parse` does not.
 * Duplicate names in an object are refused, since parsers disagree on which one counts. A test compares it with
 * `JSON.parse`.
 *
 * @throws RangeError that begins with the line and repeats nothing of the text
 */
export function parseLocatedJson(text: string): LocatedValue {
  let position = 0;
  let line = 1;
  let current = '';

  function advance(): void {
    blanks.lastIndex = position;
    const [skipped = ''] = blanks.exec(text) ?? [];
    for (let at = skipped.indexOf('\n'); at >= 0; at = skipped.indexOf('\n', at + 1)) line += 1;
    token.lastIndex = position + skipped.length;
    [current = ''] = token.exec(text) ?? [];
    position += skipped.length + current.length;
    if (current === '' && position < text.length) fail('this is not JSON');
  }

  function fail(what: string): never {
    throw new RangeError(`line ${line}: ${what}`);
  }

  function expect(wanted: string): void {
    if (current !== wanted)
      fail(current === '' ? `the text ends where ${wanted} is missing` : `${wanted} is missing`);
    advance();
  }

  /** The comma-separated content of brackets. */
  function parseEntries<Entry>(end: ']' | '}', parseEntry: () => Entry): Entry[] {
    const entries: Entry[] = [];
    advance();
    while (current !== end) {
      if (entries.length > 0) expect(',');
      entries.push(parseEntry());
    }
    advance();
    return entries;
  }

  function parseText(): string {
    if (!current.startsWith('"'))
      fail(current === '' ? 'the text ends too early' : 'a name in quotes is missing');
    const parsed: string = JSON.parse(current);
    advance();
    return parsed;
  }

  function parseMembers(depth: number): LocatedMember[] {
    const names = new Set<string>();
    return parseEntries('}', () => {
      const start = line;
      const name = parseText();
      if (names.has(name)) throw new RangeError(`line ${start}: this name is there twice in one object`);
      names.add(name);
      expect(':');
      return { name, line: start, value: parseValue(depth) };
    });
  }

  function parseValue(depth: number): LocatedValue {
    const start = line;
    if (depth > maxDepth) fail('this is nested too deeply');
    if (current === '{') return { line: start, is: 'object', members: parseMembers(depth + 1) };
    if (current === '[')
      return { line: start, is: 'list', items: parseEntries(']', () => parseValue(depth + 1)) };
    if (current.startsWith('"')) return { line: start, is: 'text', text: parseText() };
    if (current === '') fail('the text ends too early');
    if (/^[\]},:]/.test(current)) fail('a value is missing');
    advance();
    return { line: start, is: 'other' };
  }

  advance();
  const value = parseValue(0);
  if (current !== '') fail('there is more after the end');
  return value;
}
