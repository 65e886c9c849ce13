/** A sentence of a paragraph or of an item, or a row of a table. */
export interface Statement {
  line: number;
  text: string;
}

/** Statements that belong together, and what the comment after them says of them. */
export interface Block {
  line: number;
  statements: Statement[];
  /** `1-2 security/strangers: a title` or `3 background`; none without a comment. */
  marks: string[];
}

/** Where a mark points: a test, or null for a statement that promises nothing. */
export interface Mark {
  from: number;
  to: number;
  test: { file: string; title: string } | null;
}

const comment = { opens: /^\s*<!--/, closes: /-->\s*$/ };

/** Reads a page of the documentation: paragraphs, items and tables, without headings and code. */
export function readBlocks(page: string): Block[] {
  const blocks: Block[] = [];
  let lines: Statement[] = [];
  let isCode = false;
  let isComment = false;
  const end = () => {
    const [first] = lines;
    if (first) blocks.push({ line: first.line, statements: readStatements(lines), marks: [] });
    lines = [];
  };
  for (const [index, text] of page.split('\n').entries()) {
    const line = index + 1;
    if (/^\s*(```|~~~)/.test(text)) {
      end();
      isCode = !isCode;
    } else if (isCode) {
      // Tested where the blocks are.
    } else if (isComment || comment.opens.test(text)) {
      if (!isComment) end();
      isComment = !comment.closes.test(text);
      const mark = text.replace(/<!--|-->/g, '').trim();
      const block = blocks.at(-1);
      if (!block) throw new Error(`line ${line}: a comment without anything before it`);
      if (mark !== '') block.marks.push(mark);
    } else if (/^#|^\s*$|^ {4}/.test(text)) {
      end();
    } else {
      if (/^\s*([-*]|\d+\.) /.test(text)) end();
      lines.push({ line, text });
    }
  }
  end();
  return blocks;
}

function readStatements(lines: readonly Statement[]): Statement[] {
  const [first] = lines;
  if (!first) return [];
  // The head of a table and the line under it say nothing.
  if (first.text.startsWith('|')) return lines.slice(2);
  const text = lines
    .map((line) => line.text.trim())
    .join(' ')
    .replace(/^([-*]|\d+\.) /, '');
  // In code and links a full stop ends nothing.
  const plain = text.replace(/`[^`]*`|\]\([^)]*\)/g, (quoted) => 'X'.repeat(quoted.length));
  const ends = [...plain.matchAll(/[.!?][)"”]* +/g)].map(({ index, 0: stop }) => index + stop.length);
  return [0, ...ends].map((start, index) => ({
    line: first.line,
    text: text.slice(start, ends[index]).trim(),
  }));
}

/** @throws Error for a malformed mark */
export function parseMark(mark: string): Mark {
  const [, from = '', to = from, what = ''] = /^(\d+)(?:-(\d+))? (.+)$/.exec(mark) ?? [];
  const [, file = '', title = ''] = /^([\w/-]+): (.+)$/.exec(what) ?? [];
  if (what !== 'background' && title === '') throw new Error(`not a mark: ${mark}`);
  return { from: Number(from), to: Number(to), test: what === 'background' ? null : { file, title } };
}

/** What is missing or wrong on a page, in words; nothing when each statement names its test or is background. */
export function findUnproven(page: string, hasTest: (file: string, title: string) => boolean): string[] {
  return readBlocks(page).flatMap(({ statements, marks }) => {
    const parsed = marks.map(parseMark);
    const unproven = statements.filter(
      (_, index) => !parsed.some(({ from, to }) => from <= index + 1 && index + 1 <= to),
    );
    const first = statements[0]?.line;
    return [
      ...unproven.map(({ line, text }) => `line ${line} names no test: ${text}`),
      ...parsed
        .filter(({ from, to }) => from < 1 || to < from || to > statements.length)
        .map(
          ({ from, to }) => `line ${first}: ${from}-${to} is not among its ${statements.length} statements`,
        ),
      ...parsed.flatMap(({ test }) =>
        test && !hasTest(test.file, test.title) ? [`line ${first}: no test ${test.file}: ${test.title}`] : [],
      ),
    ];
  });
}
