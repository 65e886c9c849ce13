const linePattern = /^(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=/;
const quotes = ['"', "'", '`'];

/**
 * Parses a `.env` file, in the form that Node's `util.parseEnv` takes. Node silently drops text from a `#`
 * inside a value on, text after a closing quote, lines of another form, and all but the last of equal names. Here these are problems.
 *
 * @param isOurs whether the value of this name is checked; the file may serve other programs too
 * @param path for messages
 * @returns also the problems, one line each, without the values
 */
export function parseEnvFile(text: string, isOurs: (name: string) => boolean, path: string) {
  const values: Record<string, string> = {};
  const problems: string[] = [];
  const lineOf = new Map<string, number>();
  let rest = text.replace(/\r\n?/g, '\n');
  let line = 1;
  const skip = (length: number) => {
    line += rest.slice(0, length).split('\n').length - 1;
    rest = rest.slice(length);
  };
  while (rest !== '') {
    const startsAt = line;
    const blank = /^\s*(?:#.*)?(?:\n|$)/.exec(rest);
    if (blank) {
      skip(Math.max(blank[0].length, 1));
      continue;
    }
    skip(/^\s*/.exec(rest)?.[0].length ?? 0);
    const [start, name = ''] = linePattern.exec(rest) ?? [];
    if (start === undefined) {
      const [bare = ''] = /^.*/.exec(rest) ?? [];
      // Docker and Compose pass such a variable on from the environment, where it is read anyway.
      if (!/^[A-Z_][A-Z0-9_]*$/.test(bare) || isOurs(bare))
        problems.push(`${path}: line ${line} is not NAME=value`);
      skip(bare.length);
      continue;
    }
    skip(start.length);
    const { value, length, fault } = parseEnvValue(rest);
    skip(length);
    if (isOurs(name)) {
      const before = lineOf.get(name);
      if (fault !== undefined) problems.push(`${name}: ${fault} (${path}, line ${startsAt})`);
      else if (before !== undefined && values[name] !== value)
        problems.push(`${name}: given twice (${path}, lines ${before} and ${startsAt})`);
      lineOf.set(name, startsAt);
    }
    values[name] = value;
  }
  return { values, problems };
}

/** Only double quotes can hold line ends, as `\n`. */
export function unescapeQuoted(inside: string, quote: string): string {
  return quote === '"' ? inside.replaceAll('\\n', '\n') : inside;
}

/** A value, how much of the text it takes up to the end of its line, and what is wrong with it. */
function parseEnvValue(text: string) {
  const [line = ''] = /^.*/.exec(text) ?? [];
  const opensAt = line.length - line.trimStart().length;
  const quote = quotes.find((quote) => line.startsWith(quote, opensAt));
  if (quote === undefined) {
    const beforeComment = line.replace(/\s#.*$/, '');
    const fault = beforeComment.includes('#')
      ? 'has a #; put the value in quotes if it belongs to it, or a space before it if it begins a comment'
      : undefined;
    return { value: beforeComment.trim(), length: line.length, fault };
  }
  const closesAt = text.indexOf(quote, opensAt + 1);
  if (closesAt === -1) {
    return { value: line.trim(), length: line.length, fault: 'begins with a quote that is not closed' };
  }
  const inside = text.slice(opensAt + 1, closesAt);
  const [after = ''] = /^.*/.exec(text.slice(closesAt + 1)) ?? [];
  return {
    value: unescapeQuoted(inside, quote),
    length: closesAt + 1 + after.length,
    fault: /^\s*(?:#|$)/.test(after)
      ? undefined
      : 'has text after its closing quote; put all of it in quotes of another kind',
  };
}
